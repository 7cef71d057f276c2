"""The form of a contact's wishes: a grid of ticks by way and subject, and when. It reads back what its page showed."""

from __future__ import annotations

from dataclasses import replace
from datetime import time
from typing import Any

from django import forms
from django.http import QueryDict

from messaging.contact_wishes import ALL, SUBJECTS, WAYS, Chooser, Wishes

CLOCK = forms.TimeInput({"type": "time"}, format="%H:%M")
WEEKENDS = [("", "As usual"), ("yes", "Yes"), ("no", "No")]
WEEKEND_OF = {"": None, "yes": True, "no": False}
PAIRS = [f"{way}:{topic}" for way in WAYS for topic in (ALL, *SUBJECTS)]


class WishesForm(forms.Form):
    """What can be chosen on the page; `allow` holds "way:subject" of each tick."""

    allow = forms.MultipleChoiceField(choices=[(pair, pair) for pair in PAIRS], required=False)
    preferred_channel = forms.ChoiceField(label="Write to me by", required=False)
    quiet_from = forms.TimeField(label="Quiet from", required=False, widget=CLOCK)
    quiet_to = forms.TimeField(label="Quiet until", required=False, widget=CLOCK)
    weekends = forms.ChoiceField(label="Messages on weekends", required=False, choices=WEEKENDS)
    tracking = forms.BooleanField(label="You may note when I open a mail or follow a link", required=False)

    def __init__(self, data: QueryDict | None, *, chooser: Chooser) -> None:
        """Start from the wishes as they stand."""
        fields = as_fields(chooser.wishes)
        first = {name: values[0] if values else "" for name, values in fields.items() if name != "allow"}
        super().__init__(data, initial=first | {"allow": fields["allow"]})
        ways = [*chooser.ways, *([("call", "Calling")] if chooser.can_be_called else [])]
        kept = chooser.wishes.preferred_channel
        if kept and kept not in dict(ways):
            ways.append((kept, WAYS.get(kept, "Calling")))
        preferred = self.fields["preferred_channel"]
        assert isinstance(preferred, forms.ChoiceField)
        preferred.choices = [("", "Whatever is best"), *ways]

    def ticked(self) -> list[str]:
        """The ticks that the page shows."""
        return list(self.data.getlist("allow") if isinstance(self.data, QueryDict) else self.initial["allow"])

    def clock(self, name: str) -> str:
        """A time as its field shows it, what was typed wrong included."""
        value = self[name].value()
        return f"{value:%H:%M}" if isinstance(value, time) else str(value or "")

    def wanted(self, seen: Wishes, *, everything_off: bool = False) -> Wishes:
        """The wishes that were sent; with `everything_off` no more messages at all, and nothing else touched."""
        if everything_off:
            return replace(seen, allowed=frozenset(pair for pair in seen.allowed if pair[1] != ALL))
        given: dict[str, Any] = self.cleaned_data
        return Wishes(
            allowed=_pairs(given["allow"]),
            preferred_channel=given["preferred_channel"],
            quiet_from=given["quiet_from"],
            quiet_to=given["quiet_to"],
            weekends=WEEKEND_OF[given["weekends"]],
            tracking=given["tracking"],
        )


def as_fields(wishes: Wishes) -> dict[str, list[str]]:
    """The wishes as the form sends them, for a button that brings them back."""
    return {
        "allow": sorted(f"{way}:{topic}" for way, topic in wishes.allowed),
        "preferred_channel": [wishes.preferred_channel],
        "quiet_from": [f"{wishes.quiet_from:%H:%M}" if wishes.quiet_from else ""],
        "quiet_to": [f"{wishes.quiet_to:%H:%M}" if wishes.quiet_to else ""],
        "weekends": [{None: "", True: "yes", False: "no"}[wishes.weekends]],
        "tracking": ["on"] if wishes.tracking else [],
    }


def shown_wishes(sent: QueryDict, now_kept: Wishes) -> Wishes:
    """The wishes of the page that was sent: ticks that it did not offer, or did not show, count as they stand.

    A page that lay open while something changed must not change it back.
    """
    if "seen" not in sent:
        return now_kept
    return replace(now_kept, allowed=_pairs(str(sent["seen"]).split()))


def _pairs(words: list[str]) -> frozenset[tuple[str, str]]:
    return frozenset((way, topic) for way, _, topic in (word.partition(":") for word in words if word in PAIRS))
