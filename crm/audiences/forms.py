"""What is typed to make or change an audience; the verbs judge it."""

from __future__ import annotations

from django import forms


class AudienceForm(forms.Form):
    """Its name and what it is for; the condition is read by the builder."""

    name = forms.CharField(label="Name", max_length=120)
    description = forms.CharField(
        required=False,
        label="What is it for?",
        max_length=500,
        widget=forms.TextInput(),
        help_text="Shown to colleagues",
    )
