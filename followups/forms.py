"""The forms of follow-up pages. They keep what was typed, whatever was wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from crm.access import people_for
from crm.form_fields import row_choice
from crm.models import Tag, User
from crm.zones import validate_zone, zone
from followups.due import BadDue, Due, read_due
from followups.lifecycle import BadChange
from followups.models import FollowUp, FollowUpType, Priority
from followups.reading.moments import snooze_until
from followups.reminder_plans import ReminderPlan
from followups.words import DESCRIPTION, GROUP, clean_subject, clean_text

#: What a form offers as reminders, in minutes before.
REMINDERS = [
    (0, "When it is due"),
    (15, "15 minutes before"),
    (60, "1 hour before"),
    (1440, "1 day before"),
    (2880, "2 days before"),
]


class DueFields(forms.Form):
    """A day and, if it matters, a time; together they are the `due` of the cleaned data."""

    day = forms.CharField(label="Due", max_length=40, widget=forms.TextInput(attrs={"type": "date"}))
    time = forms.CharField(
        label="Time", required=False, max_length=8, widget=forms.TextInput(attrs={"type": "time"}),
        help_text="Empty means any time that day",
    )  # fmt: skip
    zone = forms.CharField(label="Time zone", required=False, max_length=64, validators=[validate_zone])

    def __init__(self, *args: Any, zone_name: str, **kwargs: Any) -> None:
        """`zone_name` is where the typed time is local, unless the form names another zone."""
        super().__init__(*args, **kwargs)
        self.zone_name = zone_name

    def clean(self) -> dict[str, Any]:
        """Read day and time together, so that the message says what is wrong with them."""
        cleaned: dict[str, Any] = super().clean() or {}
        day, at = cleaned.get("day", ""), cleaned.get("time", "")
        if day and "zone" in cleaned:
            try:
                cleaned["due"] = read_due(f"{day} {at}" if at else day, cleaned["zone"] or self.zone_name)
            except BadDue as problem:
                self.add_error("day", str(problem))
        return cleaned


class RescheduleForm(DueFields):
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SnoozeForm(forms.Form):
    """`until` is the key of an offer, or "own" with a day and a time; nothing means tomorrow morning."""

    until = forms.CharField(required=False, max_length=20)
    day = forms.CharField(required=False, max_length=40, label="Until", widget=forms.TextInput(attrs={"type": "date"}))
    time = forms.CharField(required=False, max_length=8, label="Time", widget=forms.TextInput(attrs={"type": "time"}))

    def __init__(self, *args: Any, zone_name: str, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone_name, self.now = zone_name, now

    def clean(self) -> dict[str, Any]:
        """Work out the moment; it is the `moment` of the cleaned data."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("until") == "own":
            try:
                due = read_due(f"{cleaned.get('day', '')} {cleaned.get('time') or '09:00'}", self.zone_name)
            except BadDue as problem:
                self.add_error("day", str(problem))
            else:
                cleaned["moment"] = due.at
        elif (at := snooze_until(cleaned.get("until", ""), self.now, self.zone_name)) is not None:
            cleaned["moment"] = at
        else:
            self.add_error(None, "That time has passed already; choose one that is still to come.")
        return cleaned


class CompleteForm(forms.Form):
    outcome = forms.SlugField(required=False, max_length=40)
    notes = forms.CharField(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}))
    duration_minutes = forms.IntegerField(required=False, min_value=0, max_value=86_400, label="Minutes it took")
    then = forms.CharField(required=False, max_length=20)
    version = forms.IntegerField(required=False)


class DelegateForm(forms.Form):
    to = forms.ModelChoiceField(
        User.objects.none(), label="Give it to", error_messages={"required": "Choose somebody."}
    )
    because = forms.CharField(required=False, max_length=300, label="Because")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_choice(self, "to").queryset = people_for(user).workers()


class CancelForm(forms.Form):
    reason = forms.CharField(max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2}))


class FollowUpForm(DueFields):
    """Make or change a follow-up. The widgets are drawn by the templates."""

    subject = forms.CharField(
        max_length=400, strip=True, error_messages={"required": "Say in a few words what is to be done."}
    )
    type = forms.ModelChoiceField(FollowUpType.objects.none(), empty_label=None)
    priority = forms.ChoiceField(choices=Priority.choices, initial=Priority.MEDIUM)
    assignee = forms.CharField(required=False, max_length=20)
    description = forms.CharField(required=False, max_length=DESCRIPTION * 2, widget=forms.Textarea(attrs={"rows": 4}))
    group = forms.CharField(required=False, max_length=GROUP * 2)
    tags = forms.ModelMultipleChoiceField(Tag.objects.none(), required=False)
    own_reminders = forms.BooleanField(required=False)
    reminders = forms.TypedMultipleChoiceField(choices=REMINDERS, coerce=int, required=False)
    remind_day = forms.CharField(required=False, max_length=40, widget=forms.TextInput(attrs={"type": "date"}))
    remind_time = forms.CharField(required=False, max_length=8, widget=forms.TextInput(attrs={"type": "time"}))
    pinned = forms.BooleanField(required=False)
    template = forms.CharField(required=False, max_length=20)
    note = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    event = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    version = forms.IntegerField(required=False)

    def __init__(self, *args: Any, user: User, keep_type: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, zone_name=user.time_zone, **kwargs)
        kinds = FollowUpType.objects.visible_to(user)
        row_choice(self, "type").queryset = kinds.filter(archived_at__isnull=True) | kinds.filter(pk=keep_type or 0)
        row_choice(self, "tags").queryset = Tag.objects.visible_to(user)
        self.user = user

    def clean_subject(self) -> str:
        try:
            return clean_subject(self.cleaned_data["subject"])
        except BadChange as problem:
            raise ValidationError(str(problem)) from None

    def clean_description(self) -> str:
        try:
            return clean_text(self.cleaned_data["description"])
        except BadChange as problem:
            raise ValidationError(str(problem)) from None

    def clean_assignee(self) -> int | None:
        """A colleague's id; nothing lets the load decide."""
        wanted = self.cleaned_data["assignee"]
        if wanted in ("", "auto"):
            return None
        known = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
        found: int | None = None
        if known:
            found = people_for(self.user).workers().filter(pk=int(wanted)).values_list("pk", flat=True).first()
        if found is None:
            raise ValidationError("Choose a colleague who can hold follow-ups.")
        return found

    def clean(self) -> dict[str, Any]:
        """Put the reminders together: the type's own unless the person wants others."""
        cleaned = super().clean()
        plans: list[ReminderPlan] | None = None
        if cleaned.get("own_reminders"):
            plans = [ReminderPlan(before_minutes=minutes) for minutes in cleaned.get("reminders", [])]
            if day := cleaned.get("remind_day"):
                try:
                    at = read_due(f"{day} {cleaned.get('remind_time') or '09:00'}", self.zone_name).at
                except BadDue as problem:
                    self.add_error("remind_day", str(problem))
                else:
                    plans.append(ReminderPlan(at=at))
        cleaned["plans"] = plans
        return cleaned


def due_initial(due: Due, zone_name: str) -> dict[str, str]:
    """What the fields of a form show for a due time."""
    if due.at is None:
        return {"day": due.on.isoformat() if due.on else "", "time": ""}
    local = due.at.astimezone(zone(zone_name))
    return {"day": local.date().isoformat(), "time": f"{local:%H:%M}"}


def initial_of(
    followup: FollowUp, zone_name: str, reminders: Sequence[tuple[int | None, datetime | None]]
) -> dict[str, Any]:
    """What an edit form shows of a follow-up."""
    absolute = next((at for _, at in reminders if at is not None), None)
    remind = due_initial(Due(at=absolute), zone_name) if absolute else {"day": "", "time": ""}
    return {
        "subject": followup.subject,
        "type": followup.type_id,
        "priority": followup.priority,
        "assignee": str(followup.assignee_id),
        "description": followup.description,
        "group": followup.group,
        "tags": list(followup.tags.values_list("pk", flat=True)),
        "own_reminders": bool(reminders),
        "reminders": [before for before, _ in reminders if before is not None],
        "remind_day": remind["day"],
        "remind_time": remind["time"],
        "pinned": followup.pinned,
        "version": followup.version,
        **due_initial(Due(on=followup.due_on, at=followup.due_at), zone_name),
    }
