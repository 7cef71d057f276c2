"""The form of a chat room."""

from __future__ import annotations

from typing import Any

from django import forms

from messaging.chat_rooms import check_address, teams_to_choose
from messaging.kinds import all_notices
from messaging.models import ChatHook, ChatService


class RoomForm(forms.Form):
    """A room in Slack or Teams. The address of one that is there is not shown: whoever knows it can write there."""

    name = forms.CharField(label="Name", max_length=200)
    service = forms.ChoiceField(label="Service", choices=ChatService.choices)
    url = forms.CharField(
        label="Address of the incoming webhook",
        max_length=1000,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "url", "placeholder": "https://"}),
    )
    kinds = forms.MultipleChoiceField(
        label="What is told there", required=False, widget=forms.CheckboxSelectMultiple, choices=()
    )
    team: forms.ModelChoiceField[Any] = forms.ModelChoiceField(
        label="Only what concerns", required=False, queryset=None, empty_label="Everybody"
    )
    active = forms.BooleanField(label="In use", required=False, initial=True)

    def __init__(self, *args: Any, room: ChatHook | None = None, **kwargs: Any) -> None:
        """Begin with what the room is."""
        if room:
            kwargs["initial"] = {
                "name": room.name,
                "service": room.service,
                "kinds": room.kinds,
                "team": room.team_id,
                "active": room.active,
            }
        super().__init__(*args, **kwargs)
        kinds: Any = self.fields["kinds"]
        # The digest is made for one person’s eyes and says little in a room.
        shown = [kind for kind in all_notices() if kind.renderer != "digest"]
        kinds.choices = [(kind.name, kind.title) for kind in sorted(shown, key=lambda kind: kind.title)]
        team: Any = self.fields["team"]
        team.queryset = teams_to_choose()
        if room:
            self.fields["url"].required = False
            self.fields["url"].help_text = "Kept. Paste another to change it."

    def clean_url(self) -> str:
        """Refuse what leads nowhere, or to a machine on the inside."""
        url = str(self.cleaned_data["url"]).strip()
        if url and (problem := check_address(url)):
            raise forms.ValidationError(problem)
        return url
