"""The forms of partners. They only read what was typed; the verbs decide what of it can be stored."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.access import people_for
from crm.countries import country_choices
from crm.form_fields import choice
from crm.models import Partner, PartnerKind, User
from crm.partners.fields import RULES
from crm.views.quick_select import QuickSelect
from crm.zones import zone_names


class PartnerForm(forms.Form):
    """One partner's own fields."""

    name = forms.CharField(label="Name", error_messages={"required": "A partner needs a name."})
    kind = forms.ChoiceField(label="Kind", choices=PartnerKind.choices, initial=PartnerKind.AGENCY)
    owner_id = forms.TypedChoiceField(label="Owner", required=False, coerce=int, empty_value=None)
    person = forms.CharField(label="Whom to ask for", required=False)
    email = forms.CharField(label="E-mail", required=False, widget=forms.EmailInput)
    phone = forms.CharField(label="Phone", required=False, widget=forms.TextInput(attrs={"type": "tel"}))
    website = forms.CharField(label="Website", required=False)
    country = forms.ChoiceField(label="Country", required=False, widget=QuickSelect)
    city = forms.CharField(label="City", required=False)
    time_zone = forms.ChoiceField(
        label="Time zone",
        required=False,
        widget=QuickSelect,
        help_text="Left empty, it is worked out from phone or country",
    )
    external_id = forms.CharField(label="External id", required=False, help_text="Their key in another system")
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 4}))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "owner_id").choices = [("", "Nobody"), *((one.pk, one.name) for one in people_for(user).workers())]
        choice(self, "country").choices = [("", "Not known"), *country_choices()]
        choice(self, "time_zone").choices = [("", "Not known"), *((name, name) for name in sorted(zone_names()))]

    @classmethod
    def of(cls, partner: Partner, *, user: User, data: Any = None) -> PartnerForm:
        """The form of a stored partner."""
        initial = {name: getattr(partner, name) for name in RULES} | {"version": partner.version}
        return cls(data, initial=initial, user=user)

    def values(self) -> dict[str, Any]:
        """What was typed, as the verbs take it."""
        return {name: self.cleaned_data[name] for name in RULES}

    def refuse(self, problems: dict[str, str]) -> None:
        """Show the verb's sentences beside their fields."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)
