"""The fields of a form as what they are, so that what they offer can depend on the person who asks."""

from __future__ import annotations

from typing import Any

from django import forms


def choice(form: forms.BaseForm, name: str) -> forms.ChoiceField:
    """Return a field that offers choices."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    return field


def row_choice(form: forms.BaseForm, name: str) -> forms.ModelChoiceField[Any]:
    """Return a field that offers rows, one or several."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    return field


def number(form: forms.BaseForm, name: str) -> forms.IntegerField:
    """Return a field that takes a whole number."""
    field = form.fields[name]
    assert isinstance(field, forms.IntegerField)
    return field
