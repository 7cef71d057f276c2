"""The forms of types, outcomes and templates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator

from crm.form_fields import choice, number, row_choice
from crm.models import Lifecycle
from crm.models.tag import TagColour
from followups.catalogue import types_in_use
from followups.models import FollowUpTemplate, FollowUpType, Outcome

CHANNELS = [
    ("", "None in particular"),
    ("call", "Call"),
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("whatsapp", "WhatsApp"),
    ("meeting", "Meeting"),
]
ICONS = [
    "phone", "mail", "message-square", "message-circle", "video", "users", "file-text", "list-checks", "banknote",
    "stamp", "heart-pulse", "handshake", "calendar-days", "building-2", "wrench", "star",
]  # fmt: skip
ICON_CHOICES = [(name, name.replace("-", " ").capitalize()) for name in ICONS]
YEAR = 366 * 24 * 60  # minutes


class Minutes(forms.Field):
    """Several numbers of minutes, separated by commas or blanks."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> list[int]:
        """Return the numbers, each once, the longest first."""
        parts = str(value or "").replace(",", " ").split()
        if any(not part.isascii() or not part.isdigit() or int(part[:9]) > YEAR or len(part) > 9 for part in parts):
            raise forms.ValidationError("Write minutes before the due time, up to a year, like: 1440, 60, 15")
        if len(parts) > 10:
            raise forms.ValidationError("Ten reminders are the most.")
        return sorted({int(part) for part in parts}, reverse=True)

    def prepare_value(self, value: Any) -> Any:
        """Show a list as text."""
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is meant, not how it is written."""
        try:
            return self.to_python(data) != sorted(initial or [], reverse=True)
        except forms.ValidationError:
            return True


class TypeForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument at run time
    icon = forms.ChoiceField(choices=ICON_CHOICES)
    colour = forms.ChoiceField(choices=TagColour.choices)
    channel = forms.ChoiceField(choices=CHANNELS, required=False, help_text="How the client is reached by it")
    default_reminders = Minutes(label="Reminders", required=False, help_text="Minutes before, like 1440, 15")

    class Meta:
        model = FollowUpType
        fields = ("name", "icon", "colour", "channel", "default_minutes", "default_reminders", "miss_after_minutes")
        labels = {"default_minutes": "Usual length (minutes)", "miss_after_minutes": "Missed after (minutes)"}
        help_texts = {"miss_after_minutes": "Past due by so much it counts as missed; empty means never"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.icon and self.instance.icon not in ICONS:
            choice(self, "icon").choices = [(self.instance.icon, self.instance.icon), *ICON_CHOICES]
        for name, most in (("default_minutes", 1440), ("miss_after_minutes", YEAR)):
            number(self, name).max_value = most
            self.fields[name].validators.append(MaxValueValidator(most))


class OutcomeForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument at run time
    class Meta:
        model = Outcome
        fields = ("label", "sense", "type")
        labels = {"label": "Name", "sense": "It means", "type": "Offered for"}
        help_texts = {"sense": "No contact counts as an attempt, never as real contact"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_choice(self, "type").empty_label = "Every type"


class TemplateForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument at run time
    reminders = Minutes(required=False, help_text="Minutes before, like 60, 15; empty means as for the type")
    lifecycles = forms.MultipleChoiceField(
        choices=Lifecycle.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Suggested for these; none ticked: for all",
    )

    class Meta:
        model = FollowUpTemplate
        fields = (
            "name",
            "subject",
            "description",
            "type",
            "priority",
            "delay_days",
            "due_time",
            "reminders",
            "lifecycles",
        )
        labels = {"delay_days": "Due after (days)", "due_time": "At"}
        help_texts = {"subject": "May hold {{ contact.first_name|there }}: the word after | stands where it is empty"}
        widgets = {
            "description": forms.Textarea({"rows": 3}),
            "due_time": forms.TimeInput({"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_choice(self, "type").choices = [(one.pk, one.name) for one in types_in_use()]
        row_choice(self, "type").empty_label = None
        self.fields["delay_days"].validators.append(MaxValueValidator(3650))
