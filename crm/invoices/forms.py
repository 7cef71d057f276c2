"""The forms of invoices. They only read what was typed; the verbs decide what of it can be stored."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.access import deals_for
from crm.form_fields import choice
from crm.invoices.issuing import DAYS_TO_PAY
from crm.models import Contact, Invoice, User
from crm.money import currencies, rounded
from crm.views.quick_select import QuickSelect

DAY = {"type": "date"}


def currency_choices() -> list[tuple[str, str]]:
    """Code and name of every currency."""
    return [(code, f"{code}, {name}") for code, name in currencies().items()]


def _amount(label: str, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, widget=forms.TextInput(attrs={"inputmode": "decimal"}), max_length=40
    )


class InvoiceForm(forms.Form):
    """One invoice. Empty, the number is the next free one."""

    amount = _amount("Amount")
    currency = forms.ChoiceField(label="Currency", choices=currency_choices, widget=QuickSelect)
    issued_on = forms.DateField(label="Issued on", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    due_on = forms.DateField(
        label="Due on",
        required=False,
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
        help_text=f"Left empty: {DAYS_TO_PAY} days later",
    )
    number = forms.CharField(label="Number", required=False, max_length=100, help_text="Left empty: the next free one")
    deal_id = forms.TypedChoiceField(label="Deal", required=False, coerce=int, empty_value=None)
    notes = forms.CharField(label="Notes", required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, user: User, contact: Contact, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        deals = deals_for(user).filter(contact=contact).order_by("-pk")[:100] if user.can("deals.view") else ()
        self.deals = {one.pk: one.name for one in deals}
        choice(self, "deal_id").choices = [("", "None"), *self.deals.items()]

    @classmethod
    def of(cls, invoice: Invoice, *, user: User, data: Any = None) -> InvoiceForm:
        """The form of a stored invoice."""
        initial = {name: getattr(invoice, name) for name in ("currency", "issued_on", "due_on", "number", "deal_id")}
        initial |= {"amount": str(rounded(invoice.amount, invoice.currency)), "notes": invoice.notes}
        form = cls(data, initial=initial, user=user, contact=invoice.contact)
        if invoice.deal_id and invoice.deal_id not in form.deals:
            del form.fields["deal_id"]  # a deal that this person does not see stays as it is
        form.fields["due_on"].required = form.fields["number"].required = True
        form.fields["due_on"].help_text = form.fields["number"].help_text = ""
        return form

    def refuse(self, problems: dict[str, str]) -> None:
        """Show the verb's sentences beside their fields."""
        for name, sentence in problems.items():
            name = f"{name}_id" if name == "deal" else name
            self.add_error(name if name in self.fields else None, sentence)


class PaymentForm(forms.Form):
    """What came, or with a minus what was given back."""

    amount = _amount("Amount", "A minus for money that you gave back")
    paid_on = forms.DateField(label="Came on", widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"))
    method = forms.CharField(label="How", required=False, max_length=200)
    note = forms.CharField(label="Note", required=False, max_length=1000)

    def refuse(self, field: str, sentence: str) -> None:
        """Show the verb's sentence beside its field."""
        self.add_error(field if field in self.fields else None, sentence)
