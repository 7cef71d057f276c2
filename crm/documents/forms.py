"""The forms of documents. They only read what was typed; the verbs decide what of it can be stored."""

from __future__ import annotations

import re
from typing import Any

from django import forms

from crm.documents import catalogue
from crm.form_fields import choice
from crm.models import Document, DocumentKind


def _day(label: str, help_text: str = "") -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, help_text=help_text, widget=widget)


class Refusing(forms.Form):
    """A form that shows the verb's sentences beside their fields."""

    def refuse(self, problems: dict[str, str]) -> None:
        """Add each sentence to its field, or to the form."""
        for name, sentence in problems.items():
            found = f"{name}_id" if name in ("kind", "case_kind") else name
            self.add_error(found if found in self.fields else None, sentence)


class AskForm(Refusing):
    """What to ask a contact for: a whole checklist, or one document of a kind or of its own."""

    case_kind_id = forms.TypedChoiceField(label="A whole checklist", required=False, coerce=int, empty_value=None)
    kind_id = forms.TypedChoiceField(label="Or one document", required=False, coerce=int, empty_value=None)
    name = forms.CharField(
        label="Its name", required=False, max_length=400, help_text="Left empty, it is called as its kind"
    )
    due_on = _day("Due on", "A checklist has due days of its own")
    required = forms.BooleanField(label="Required", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cases = [(one.pk, f"{one.name}, {len(one.items.all())} documents") for one in catalogue.cases()]
        choice(self, "case_kind_id").choices = [("", "None"), *cases]
        choice(self, "kind_id").choices = [("", "Another"), *((one.pk, one.name) for one in catalogue.kinds())]

    def clean(self) -> dict[str, Any]:
        """Either or."""
        said = super().clean() or {}
        if not (said.get("case_kind_id") or said.get("kind_id") or said.get("name")):
            raise forms.ValidationError("Choose a checklist or a document, or name one.")
        return said


class DocumentForm(Refusing):
    """A document's own facts."""

    name = forms.CharField(label="Name", max_length=400)
    kind_id = forms.TypedChoiceField(label="Kind", required=False, coerce=int, empty_value=None)
    due_on = _day("Due on")
    expires_on = _day("Valid until", "Its last day; warnings come before it by themselves")
    required = forms.BooleanField(label="Required", required=False)

    @classmethod
    def of(cls, document: Document, data: Any = None) -> DocumentForm:
        """The form of a stored document; a last day is asked for once it is here."""
        names = ("name", "kind_id", "due_on", "expires_on", "required")
        form = cls(data, initial={name: getattr(document, name) for name in names})
        found = [(one.pk, one.name) for one in catalogue.kinds()]
        if document.kind and document.kind_id not in dict(found):
            found.append((document.kind.pk, document.kind.name))
        choice(form, "kind_id").choices = [("", "None"), *found]
        if document.state in ("requested", "rejected"):
            del form.fields["expires_on"]
        return form


class ApproveForm(Refusing):
    """Until when it is valid."""

    expires_on = _day("Valid until", "The last day that stands on it")


class RejectForm(Refusing):
    """What is wrong, and until when it should come again."""

    reason = forms.CharField(label="What is wrong with it", max_length=1000, required=False)
    due_on = _day("Ask for it again until")


class KindForm(Refusing):
    """A kind of document."""

    name = forms.CharField(label="Name", max_length=400)
    description = forms.CharField(label="What it is", required=False, max_length=1000)
    expires = forms.BooleanField(label="It is valid until a certain day", required=False)
    warn_days = forms.CharField(
        label="Warn so many days before",
        required=False,
        max_length=200,
        help_text="Like 180, 90, 30. Each warning makes a follow-up for the owner.",
    )

    @classmethod
    def of(cls, kind: DocumentKind | None, data: Any = None) -> KindForm:
        """The form of a stored kind, or an empty one."""
        initial: dict[str, Any] = {"expires": True, "warn_days": "180, 90, 30"}
        if kind is not None:
            initial = {"name": kind.name, "description": kind.description, "expires": kind.expires}
            initial["warn_days"] = ", ".join(map(str, kind.warn_days))
        return cls(data, initial=initial)

    def clean_warn_days(self) -> list[int]:
        """Read the numbers."""
        said = re.split(r"[\s,;]+", self.cleaned_data["warn_days"].strip())
        if any(one and not (one.isascii() and one.isdigit() and len(one) < 6) for one in said):
            raise forms.ValidationError("Write numbers of days, like 180, 90, 30.")
        return [int(one) for one in said if one]


class CaseForm(Refusing):
    """A kind of case; its items stand in fields of their own, three for each kind."""

    name = forms.CharField(label="Name", max_length=400)
    description = forms.CharField(label="When it is used", required=False, max_length=1000)
