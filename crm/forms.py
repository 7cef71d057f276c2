"""The forms of the contact pages. They only read what was typed; the verbs decide what of it can be stored."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.utils import ErrorDict

from crm.access import custom_fields_for, people_for, teams_for
from crm.contact_fields import RULES
from crm.countries import country_choices
from crm.custom_values import show_value
from crm.form_fields import choice
from crm.models import Contact, CustomField, Lifecycle, User
from crm.models.contact import Channel
from crm.models.tag import TagColour
from crm.views.quick_select import QuickSelect
from crm.zones import zone_names

_TEXTS = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "organisation",
    "job_title",
    "city",
    "source",
    "language",
    "external_id",
)


class ContactForm(forms.Form):
    """One contact's own fields. Lengths and addresses are judged by the verb, which says so in sentences."""

    first_name = forms.CharField(required=False, label="First name")
    last_name = forms.CharField(required=False, label="Last name")
    email = forms.CharField(required=False, label="E-mail", widget=forms.EmailInput)
    phone = forms.CharField(required=False, label="Phone", widget=forms.TextInput(attrs={"type": "tel"}))
    organisation = forms.CharField(required=False, label="Organisation")
    job_title = forms.CharField(required=False, label="Job title")
    lifecycle = forms.ChoiceField(choices=Lifecycle.choices, label="Lifecycle", initial=Lifecycle.NEW)
    owner_id = forms.TypedChoiceField(required=False, label="Owner", coerce=int, empty_value=None)
    team_id = forms.TypedChoiceField(required=False, label="Team", coerce=int, empty_value=None)
    source = forms.CharField(required=False, label="Source", help_text="Where they came from")
    country = forms.ChoiceField(required=False, label="Country", widget=QuickSelect)
    city = forms.CharField(required=False, label="City")
    language = forms.CharField(required=False, label="Language")
    time_zone = forms.ChoiceField(
        required=False,
        label="Time zone",
        widget=QuickSelect,
        help_text="Left empty, it is worked out from phone or country",
    )
    preferred_channel = forms.ChoiceField(
        choices=[("", "No preference"), *Channel.choices], required=False, label="Prefers"
    )
    rhythm_days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=3650,
        label="Rhythm in days",
        help_text="Left empty: as for the lifecycle",
    )
    external_id = forms.CharField(required=False, label="External id", help_text="Their key in another system")
    other_emails = forms.CharField(required=False, label="Further e-mails", help_text="Separated by semicolons")
    other_phones = forms.CharField(required=False, label="Further phones", help_text="Separated by semicolons")
    shares_address = forms.BooleanField(required=False, label="This is another person with the same e-mail or phone")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own: list[CustomField] = list(custom_fields_for(user))
        choice(self, "owner_id").choices = [("", "Nobody"), *((one.pk, one.name) for one in people_for(user).workers())]
        choice(self, "team_id").choices = [("", "No team"), *((one.pk, one.name) for one in teams_for(user))]
        choice(self, "country").choices = [("", "Not known"), *country_choices()]
        choice(self, "time_zone").choices = [("", "Not known"), *((name, name) for name in sorted(zone_names()))]
        if not user.can("contacts.assign"):
            for name in ("owner_id", "team_id"):
                del self.fields[name]
        for own in self.own:
            self.fields[f"custom.{own.slug}"] = _own_field(own)

    @classmethod
    def of(cls, contact: Contact, *, user: User, data: Any = None) -> ContactForm:
        """The form of a stored contact."""
        initial = {name: getattr(contact, name) for name in RULES}
        initial |= {name: "; ".join(initial[name]) for name in ("other_emails", "other_phones")}
        form = cls(data, initial=initial, user=user)
        for own in form.own:
            value = contact.custom.get(own.slug)
            ticks = own.kind == "choices" and own.choices
            form.initial[f"custom.{own.slug}"] = (value or []) if ticks else show_value(own.kind, value)
        return form

    def values(self) -> dict[str, Any]:
        """What was typed, as the verbs take it."""
        said = {name: value for name, value in self.cleaned_data.items() if not name.startswith("custom.")}
        for name in ("other_emails", "other_phones"):
            said[name] = [part.strip() for part in said[name].split(";") if part.strip()]
        own = {own.slug: self.cleaned_data[f"custom.{own.slug}"] or None for own in self.own}
        return said | {"custom": own}

    def refuse(self, problems: dict[str, str]) -> None:
        """Show the verb's sentences beside their fields."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)

    def wrong(self) -> ErrorDict:
        return self.errors


def _own_field(own: CustomField) -> forms.Field:
    if own.kind == "yes_no":
        return forms.ChoiceField(
            choices=[("", "Not said"), ("yes", "Yes"), ("no", "No")],
            required=False,
            label=own.label,
            help_text=own.help_text,
        )
    if own.kind == "choice" and own.choices:
        choices = [("", "Not said"), *((one, one) for one in own.choices)]
        return forms.ChoiceField(choices=choices, required=False, label=own.label, help_text=own.help_text)
    if own.kind == "date":
        return forms.CharField(
            required=False, label=own.label, help_text=own.help_text, widget=forms.TextInput(attrs={"type": "date"})
        )
    if own.kind == "choices" and own.choices:
        return forms.MultipleChoiceField(
            choices=[(one, one) for one in own.choices],
            required=False,
            label=own.label,
            help_text=own.help_text,
            widget=forms.CheckboxSelectMultiple,
        )
    help_text = own.help_text or ("Several, separated by semicolons" if own.kind == "choices" else "")
    return forms.CharField(required=False, label=own.label, help_text=help_text)


class NoteForm(forms.Form):
    """A note, perhaps with a day to follow it up on."""

    body = forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), label="Note", help_text="@name tells a colleague")
    pinned = forms.BooleanField(required=False, label="Pin to the top")
    follow_up_on = forms.DateField(required=False, label="Follow up on", widget=forms.DateInput(attrs={"type": "date"}))


class TagForm(forms.Form):
    """A tag's name and colour."""

    name = forms.CharField(label="Name")
    colour = forms.ChoiceField(choices=TagColour.choices, label="Colour", initial=TagColour.PLUM)
