"""The forms of deals. They only read what was typed; the verbs decide what of it can be stored."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.access import contacts_for, people_for, products_for
from crm.deals.board import stages_to_move_to
from crm.form_fields import choice
from crm.models import CloseReason, Deal, Organisation, User
from crm.money import currencies
from crm.views.asking import ids_in
from crm.views.quick_select import QuickSelect

#: Contacts offered before anything is typed, and without scripts.
NEARBY = 30


class DealForm(forms.Form):
    """One deal's own fields; its stage only while it is made."""

    name = forms.CharField(label="What may be sold")
    contact_id = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Contact")
    stage_id = forms.TypedChoiceField(coerce=int, label="Stage")
    amount = forms.CharField(required=False, label="Amount", widget=forms.TextInput({"inputmode": "decimal"}))
    currency = forms.ChoiceField(required=False, label="Currency", widget=QuickSelect)
    number_meant = forms.BooleanField(required=False, label="The number stays the same in the new currency")
    probability = forms.CharField(
        required=False, label="Chance in per cent", help_text="Left empty: as for the stage",
        widget=forms.TextInput({"inputmode": "numeric"}),
    )  # fmt: skip
    expected_on = forms.CharField(
        required=False, label="Decision expected on", widget=forms.TextInput({"type": "date"})
    )
    opened_on = forms.CharField(required=False, label="Opened on", widget=forms.TextInput({"type": "date"}))
    owner_id = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Owner")
    product_id = forms.TypedChoiceField(required=False, coerce=int, empty_value=None, label="Product")
    notes = forms.CharField(required=False, widget=forms.Textarea({"rows": 3}))
    external_id = forms.CharField(required=False, label="External id", help_text="Its key in another system")

    def __init__(self, *args: Any, user: User, deal: Deal | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.deal = deal
        shown = self["contact_id"].value()
        contacts = contacts_for(user).order_by("-updated_at", "-pk")[:NEARBY]
        chosen = contacts_for(user).filter(pk__in=ids_in(str(shown or ""))[:1])
        known = {one.pk: one.name for one in (*chosen, *contacts)}
        if deal is not None and deal.contact is not None:  # one's own deal may be of somebody whom one does not see
            known.setdefault(deal.contact.pk, deal.contact.name)
        choice(self, "contact_id").choices = [("", "Nobody yet"), *known.items()]
        choice(self, "owner_id").choices = [("", "Nobody"), *((one.pk, one.name) for one in people_for(user).workers())]
        products = products_for(user).filter(archived_at__isnull=True)
        choice(self, "product_id").choices = [("", "None"), *((one.pk, one.name) for one in products)]
        choice(self, "currency").choices = [(code, f"{code}, {name}") for code, name in currencies().items()]
        if deal is None:
            choice(self, "stage_id").choices = [
                (pipeline.name, [(stage.pk, stage.name) for stage in stages if stage.kind == "open"])
                for pipeline, stages in stages_to_move_to(user)
            ]
            self.initial.setdefault("currency", home_currency())
            self.initial.setdefault("owner_id", user.pk)
        else:
            del self.fields["stage_id"]

    @classmethod
    def of(cls, deal: Deal, *, user: User, data: Any = None) -> DealForm:
        """The form of a stored deal."""
        initial = {name: getattr(deal, name) for name in cls.base_fields if name not in ("number_meant", "stage_id")}
        for name in ("expected_on", "opened_on"):
            initial[name] = initial[name].isoformat() if initial[name] else ""
        initial["amount"] = "" if deal.amount is None else f"{deal.amount.normalize():f}"
        initial["currency"] = deal.currency or home_currency()
        return cls(data, initial=initial, user=user, deal=deal)

    def values(self) -> dict[str, Any]:
        """What was typed, as the verbs take it. A currency says nothing without an amount."""
        said = {name: value for name, value in self.cleaned_data.items() if name != "number_meant"}
        if not said["amount"]:
            said["currency"] = ""
        return said

    def refuse(self, problems: dict[str, str]) -> None:
        """Show the verb's sentences beside their fields."""
        for name, sentence in problems.items():
            self.add_error(name if name in self.fields else None, sentence)


def home_currency() -> str:
    """What amounts are in unless another currency is named."""
    return Organisation.objects.current().currency


def reasons_of(kind: str) -> list[CloseReason]:
    """The organisation's reasons in use for deals that end this way."""
    return list(CloseReason.objects.filter(kind=kind, archived_at__isnull=True))


def all_reasons() -> list[CloseReason]:
    """Every reason, those put away included."""
    return list(CloseReason.objects.all())
