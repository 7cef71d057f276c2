"""The forms of the settings pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.core.validators import MaxValueValidator

from crm.countries import country_code
from crm.form_fields import number, row_choice
from crm.invoices.forms import currency_choices
from crm.models import CustomField, Organisation, Role, Team, User
from crm.models.custom_field import FieldKind
from crm.models.user import UserQuerySet
from crm.tokens import SCOPES
from crm.views.quick_select import QuickSelect
from crm.zones import zone_names

WEEKDAYS = [
    (1, "Monday"),
    (2, "Tuesday"),
    (3, "Wednesday"),
    (4, "Thursday"),
    (5, "Friday"),
    (6, "Saturday"),
    (7, "Sunday"),
]
RHYTHMS = {"new": "New leads", "working": "Working", "qualified": "Qualified", "client": "Clients"}
LANGUAGES = [("en", "English")]


def zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zone_names())]


class Listed(forms.Field):
    """Several short codes, separated by commas or blanks."""

    widget = forms.TextInput

    def to_python(self, value: Any) -> list[str]:
        """Return the parts, each once."""
        return list(dict.fromkeys(str(value or "").replace(",", " ").replace("\0", " ").split()))

    def prepare_value(self, value: Any) -> Any:
        """Show a list as text."""
        return ", ".join(value) if isinstance(value, list | tuple) else value


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument at run time
    time_zone = forms.ChoiceField(choices=zone_choices, widget=QuickSelect, help_text="All times are shown in it")
    language = forms.ChoiceField(choices=LANGUAGES)

    class Meta:
        model = User
        fields = ("full_name", "time_zone", "language", "theme", "density")
        labels = {"full_name": "Name"}


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument at run time
    time_zone = forms.ChoiceField(choices=zone_choices, widget=QuickSelect)
    countries = Listed(
        required=False, help_text="Countries they serve, like FR, DE; new leads from there come to them first"
    )
    languages = Listed(required=False, help_text="Languages they speak, like en, fr")

    class Meta:
        model = User
        fields = ("full_name", "role", "capacity", "deputy", "time_zone", "countries", "languages")
        labels = {"full_name": "Name"}
        help_texts = {"deputy": "Told when something of theirs escalates while they are away"}

    def __init__(self, *args: Any, colleagues: UserQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_choice(self, "deputy").queryset = colleagues.exclude(pk=self.instance.pk)
        row_choice(self, "deputy").empty_label = "Nobody"
        self.fields["capacity"].validators.append(MaxValueValidator(1000))
        number(self, "capacity").min_value = 1

    def clean_capacity(self) -> int:
        """Refuse a capacity of nothing."""
        if self.cleaned_data["capacity"] < 1:
            raise forms.ValidationError("At least 1. Who takes nothing is away, or a viewer.")
        return int(self.cleaned_data["capacity"])

    def clean_countries(self) -> list[str]:
        """Accept names and codes."""
        found = {one: country_code(one) for one in self.cleaned_data["countries"]}
        if unknown := [one for one, code in found.items() if not code]:
            raise forms.ValidationError(f"“{unknown[0][:60]}” is not a country code.")
        return list(dict.fromkeys(found.values()))

    def clean_languages(self) -> list[str]:
        """Refuse what is no language code."""
        for one in self.cleaned_data["languages"]:
            if len(one) > 16 or not one.replace("-", "").isalnum():
                raise forms.ValidationError(f"“{one[:60]}” is not a language code.")
        return [one.lower() for one in self.cleaned_data["languages"]]

    def changes(self) -> dict[str, Any]:
        """What was changed, by column."""
        said = {name: self.cleaned_data[name] for name in self.changed_data}
        if "deputy" in said:
            said["deputy_id"] = said["deputy"].pk if said["deputy"] else None
            del said["deputy"]
        return said


class InviteForm(forms.Form):
    email = forms.EmailField(label="E-mail", max_length=254)
    role = forms.ChoiceField(choices=Role.choices, initial=Role.AGENT)
    team: forms.ModelChoiceField[Team] = forms.ModelChoiceField(None, required=False, empty_label="No team yet")

    def __init__(self, *args: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_choice(self, "team").queryset = teams


class JoinForm(forms.Form):
    full_name = forms.CharField(label="Your name", max_length=200)
    time_zone = forms.ChoiceField(choices=zone_choices, widget=QuickSelect, initial="UTC")
    password = forms.CharField(
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
        help_text="At least ten characters; a few words are easiest",
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        """Apply the installation's rules."""
        password = str(self.cleaned_data["password"])
        password_validation.validate_password(
            password, User(email=self.email, full_name=self.data.get("full_name", ""))
        )
        return password


class OrganisationForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument at run time
    time_zone = forms.ChoiceField(
        choices=zone_choices, widget=QuickSelect, help_text="Of working hours and nightly runs"
    )
    working_days = forms.TypedMultipleChoiceField(choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple)
    country = forms.CharField(
        required=False, max_length=60, help_text="Phones without a country code are read as from here"
    )

    currency = forms.ChoiceField(
        choices=currency_choices, widget=QuickSelect, help_text="Of deals and invoices where nobody says another"
    )

    class Meta:
        model = Organisation
        fields = (
            "name",
            "time_zone",
            "country",
            "currency",
            "working_days",
            "working_from",
            "working_to",
            "speed_to_lead_minutes",
            "speed_to_lead_passes",
            "respond_minutes",
            "escalate_after_hours",
            "escalation_step_hours",
            "check_in_hour",
            "check_ins_per_person",
        )
        labels = {
            "working_from": "The day begins",
            "working_to": "The day ends",
            "speed_to_lead_minutes": "A new lead is called within (minutes)",
            "speed_to_lead_passes": "Passed on at most (times)",
            "respond_minutes": "Whoever writes is answered within (minutes)",
            "escalate_after_hours": "Escalate what is overdue for (hours)",
            "escalation_step_hours": "Tell the next person after (hours)",
            "check_in_hour": "Nightly run at (hour)",
            "check_ins_per_person": "Check-ins a person a night, at most",
        }
        widgets = {
            "working_from": forms.TimeInput({"type": "time"}, format="%H:%M"),
            "working_to": forms.TimeInput({"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in RHYTHMS.items():
            self.fields[f"rhythm_{name}"] = forms.IntegerField(
                label=label,
                min_value=1,
                max_value=3650,
                initial=self.instance.rhythm.get(name, 30),
                help_text="Days between two real contacts",
            )

    def clean_country(self) -> str:
        """Accept a name or a code."""
        said = self.cleaned_data["country"]
        if said and not country_code(said):
            raise forms.ValidationError(f"“{said}” is not a country.")
        return country_code(said) or ""

    def changes(self) -> dict[str, Any]:
        """What was changed, by column."""
        said = {name: self.cleaned_data[name] for name in self.changed_data if not name.startswith("rhythm_")}
        rhythm = {name: self.cleaned_data[f"rhythm_{name}"] for name in RHYTHMS}
        if rhythm != {name: self.instance.rhythm.get(name) for name in RHYTHMS}:
            said["rhythm"] = {**self.instance.rhythm, **rhythm}
        return said


class TeamForm(forms.Form):
    name = forms.CharField(max_length=100)
    members: forms.ModelMultipleChoiceField[User] = forms.ModelMultipleChoiceField(
        None, required=False, widget=forms.CheckboxSelectMultiple
    )
    leads: forms.ModelMultipleChoiceField[User] = forms.ModelMultipleChoiceField(
        None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Told first when something escalates",
    )

    def __init__(self, *args: Any, people: UserQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("members", "leads"):
            row_choice(self, name).queryset = people


class AbsenceForm(forms.Form):
    user: forms.ModelChoiceField[User] = forms.ModelChoiceField(None, label="Who", empty_label=None)
    starts_on = forms.DateField(label="First day", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    ends_on = forms.DateField(label="Last day", widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    note = forms.CharField(max_length=200, required=False)

    def __init__(self, *args: Any, people: UserQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_choice(self, "user").queryset = people


class FieldForm(forms.Form):
    label = forms.CharField(label="Name", max_length=120)
    kind = forms.ChoiceField(choices=FieldKind.choices)
    choices = forms.CharField(
        required=False, widget=forms.Textarea({"rows": 4}), help_text="One a line; only for choices", max_length=10_000
    )
    help_text = forms.CharField(label="Explanation", max_length=200, required=False)

    def __init__(self, *args: Any, existing: CustomField | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if existing is not None:  # values are stored in the form of their kind, so it stays
            self.fields["kind"].disabled = True
            self.initial = {
                "label": existing.label,
                "kind": existing.kind,
                "choices": "\n".join(existing.choices),
                "help_text": existing.help_text,
            }

    def clean_choices(self) -> list[str]:
        """Return the choices, each once."""
        return list(dict.fromkeys(line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()))

    def clean(self) -> dict[str, Any]:
        """Refuse a choice without choices."""
        said = super().clean() or {}
        if said.get("kind") in (FieldKind.CHOICE, FieldKind.CHOICES) and not said.get("choices"):
            self.add_error("choices", "Write at least one choice.")
        return said


class TokenForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="What the token is for, to know it again")
    scopes = forms.MultipleChoiceField(
        choices=[(scope, words) for scope, words in SCOPES.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: all of your rights",
    )
    rate_per_minute = forms.IntegerField(label="Requests a minute", min_value=1, max_value=600, initial=60)


class HandOverForm(forms.Form):
    to: forms.ModelChoiceField[User] = forms.ModelChoiceField(None, label="To", empty_label="Choose a colleague")

    def __init__(self, *args: Any, people: UserQuerySet, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        row_choice(self, "to").queryset = people
