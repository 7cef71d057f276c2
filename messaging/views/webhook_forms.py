"""The form of a webhook secret."""

from __future__ import annotations

from django import forms


class SecretForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="Who checks it, to know it again: a shop, a workflow tool")
