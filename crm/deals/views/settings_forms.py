"""The forms of the settings of pipelines and products. Limits are judged by the verbs, which say so in sentences."""

from __future__ import annotations

from typing import Any

from django import forms

from crm.deals.forms import home_currency
from crm.form_fields import choice
from crm.models import Product, Stage, StageKind
from crm.money import currencies
from crm.views.quick_select import QuickSelect


class PipelineForm(forms.Form):
    name = forms.CharField(max_length=200)


class StageForm(forms.Form):
    name = forms.CharField(max_length=200)
    kind = forms.ChoiceField(choices=StageKind.choices, initial=StageKind.OPEN, label="For deals that are")
    probability = forms.IntegerField(
        label="Chance in per cent", min_value=0, max_value=100, initial=50, required=False,
        help_text="How many deals of this stage are won, as a rule; won is 100 and lost is 0",
    )  # fmt: skip
    rotting_days = forms.IntegerField(
        label="Quiet after days", min_value=1, max_value=3650, initial=7, required=False,
        help_text="Without a move or a real contact; empty means never",
    )  # fmt: skip

    def __init__(self, *args: Any, existing: Stage | None = None, **kwargs: Any) -> None:
        if existing is not None:
            kwargs["initial"] = {name: getattr(existing, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)
        if existing is not None:  # deals stand in it as what it is
            self.fields["kind"].disabled = True
            if existing.kind != StageKind.OPEN:
                del self.fields["probability"], self.fields["rotting_days"]


class ReasonForm(forms.Form):
    label = forms.CharField(label="In your own words", max_length=200)


class ProductForm(forms.Form):
    name = forms.CharField(max_length=1000)
    category = forms.CharField(max_length=1000, required=False)
    price = forms.CharField(required=False, widget=forms.TextInput({"inputmode": "decimal"}))
    currency = forms.ChoiceField(widget=QuickSelect, required=False)
    external_id = forms.CharField(label="External id", max_length=1000, required=False)

    def __init__(self, *args: Any, existing: Product | None = None, **kwargs: Any) -> None:
        home = home_currency()
        kwargs["initial"] = {"currency": home}
        if existing is not None:
            kwargs["initial"] = {name: getattr(existing, name) for name in self.base_fields} | {
                "currency": existing.currency or home,
                "price": "" if existing.price is None else f"{existing.price.normalize():f}",
            }
        super().__init__(*args, **kwargs)
        choice(self, "currency").choices = [(code, f"{code}, {name}") for code, name in currencies().items()]
