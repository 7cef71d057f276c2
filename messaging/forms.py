"""The form of notification preferences: hours by fields, channels by a grid of ticks."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms

HOURS = [(hour, f"{hour:02}:00") for hour in range(24)]
BUNDLES = [(0, "each at once"), (30, "every half hour"), (60, "every hour"), (240, "every four hours")]
CLOCK = forms.TimeInput({"type": "time"}, format="%H:%M")


class HoursForm(forms.Form):
    """Quiet hours and the digest's hour."""

    quiet_from = forms.TimeField(label="Quiet from", required=False, widget=CLOCK)
    quiet_to = forms.TimeField(label="Quiet until", required=False, widget=CLOCK)
    bundle_minutes = forms.TypedChoiceField(
        label="Mails that can wait come", choices=BUNDLES, coerce=int, required=False
    )
    wants_digest = forms.BooleanField(label="Send me the daily digest", required=False)
    digest_hour = forms.TypedChoiceField(label="At", choices=HOURS, coerce=int)

    def clean_bundle_minutes(self) -> int:
        """Each at once, unless another answer was given."""
        return int(self.cleaned_data["bundle_minutes"] or 0)

    def clean(self) -> dict[str, Any]:
        """Refuse half a span, and one that would never end."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = given.get("quiet_from"), given.get("quiet_to")
        if self.errors:
            return given
        if (start is None) != (end is None):
            self.add_error(
                "quiet_to" if end is None else "quiet_from", "Give both ends of the quiet hours, or neither."
            )
        elif isinstance(start, time) and start == end:
            self.add_error("quiet_to", "Quiet hours that end when they begin would never end; choose another hour.")
        return given
