"""The forms of the rules for writing to contacts, and of an address that is stopped by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator

from crm.addresses import BadAddress, normal_email, normal_phone
from crm.form_fields import number
from messaging.models import ContactPolicy

WAYS = [("email", "E-mail"), ("sms", "SMS"), ("whatsapp", "WhatsApp")]
EMPTY_MEANS_NONE = "Leave it empty for no limit; nought would stop every message."
CLOCK = forms.TimeInput({"type": "time"}, format="%H:%M")


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's own class takes no argument at run time
    ask_first = forms.MultipleChoiceField(
        choices=WAYS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Marketing needs a yes beforehand",
        help_text="Elsewhere it may be sent until they say no. Many countries ask for a yes on every channel.",
    )

    class Meta:
        model = ContactPolicy
        fields = (
            "quiet_from", "quiet_to", "weekends", "cap_per_day", "cap_per_week", "gap_minutes",
            "automations_per_day", "late_hours", "ask_first", "soft_bounces", "soft_bounce_days", "automatic_answers",
            "tracking", "postal_address",
        )  # fmt: skip
        labels = {
            "quiet_from": "Quiet from",
            "quiet_to": "Quiet until",
            "weekends": "Write on weekends too",
            "cap_per_day": "Most messages in 24 hours",
            "cap_per_week": "Most messages in 7 days",
            "gap_minutes": "Least time between two (minutes)",
            "automations_per_day": "Most messages of automations in 24 hours",
            "late_hours": "Too late after (hours)",
            "soft_bounces": "Stop after temporary failures",
            "soft_bounce_days": "Within days",
            "automatic_answers": "Automatic answers in 24 hours",
            "tracking": "Note opens and clicks",
            "postal_address": "Postal address",
        }
        help_texts = {
            "quiet_from": "By the contact’s own clock",
            "quiet_to": "What comes up in between leaves then",
            "weekends": "Otherwise it waits for the first working day of their country",
            "cap_per_day": "To one contact, over all channels; empty: no limit",
            "cap_per_week": "To one contact, over all channels; empty: no limit",
            "gap_minutes": "Between two messages to one contact; empty: none needed",
            "automations_per_day": "To one contact, of all automations together; the next ones wait; empty: no limit of their own",
            "late_hours": "Held for longer, it is not sent any more. A weekend with its nights lasts 59 hours; empty: never",
            "soft_bounces": "So many make an address count as dead",
            "soft_bounce_days": "Older failures are forgotten",
            "automatic_answers": "To one contact, so that two machines do not talk for ever",
            "tracking": "In mails; each contact may refuse it for themselves",
            "postal_address": "Stands under marketing mail, as the law asks in many countries",
        }
        widgets = {"quiet_from": CLOCK, "quiet_to": CLOCK}

    def __init__(self, *args: Any, rates: Mapping[str, tuple[str, int | None]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("cap_per_day", "cap_per_week", "gap_minutes", "automations_per_day", "late_hours"):
            number(self, name).min_value = 1
            self.fields[name].validators = [MinValueValidator(1, EMPTY_MEANS_NONE), MaxValueValidator(10_080)]
            self.fields[name].widget.attrs["min"] = 1
        for channel, label in WAYS:
            self.fields[f"cost_{channel}"] = forms.FloatField(
                label=label, min_value=0, max_value=1000, initial=self.instance.costs.get(channel, 0)
            )
            self.fields[f"cost_{channel}"].widget.attrs["step"] = "any"
        self.rates = list(rates)
        for name, (title, per_hour) in rates.items():
            self.fields[f"rate_{name}"] = forms.IntegerField(
                label=title, required=False, min_value=1, max_value=1_000_000, initial=per_hour,
                help_text="Messages an hour; empty: no limit",
            )  # fmt: skip

    def sections(self) -> dict[str, tuple[str, tuple[str, ...]]]:
        """Heading -> what it is about, and its fields."""
        return {
            "Hours": (
                "Times of day are the contact’s: from their own zone, else their phone number, else their country. "
                "Who has stricter hours of their own keeps them. An answer to somebody who wrote within 24 hours may leave at any hour; marketing is no answer.",
                ("quiet_from", "quiet_to", "weekends"),
            ),
            "How much": (
                "Everything counts that may have reached them, whoever wrote it, but answers in a conversation of theirs.",
                ("cap_per_day", "cap_per_week", "automations_per_day", "gap_minutes", "late_hours", "automatic_answers"),
            ),
            "Consent": ("What somebody has refused is never sent, whatever stands here.", ("ask_first", "postal_address")),
            "Channels": (
                "What one message is reckoned to cost, in any currency: without a preference of theirs the cheapest way that reaches them is taken.",
                tuple(f"cost_{channel}" for channel, _ in WAYS),
            ),
            "Providers": (
                "Some take only so many messages an hour; the rest waits for its turn.",
                tuple(f"rate_{name}" for name in self.rates),
            ),
            "Dead addresses and tracking": ("", ("soft_bounces", "soft_bounce_days", "tracking")),
        }  # fmt: skip

    def changes(self) -> dict[str, Any]:
        """What was changed, by column."""
        own = {name: self.cleaned_data[name] for name in self.changed_data if hasattr(ContactPolicy, name)}
        if any(name.startswith("cost_") for name in self.changed_data):
            own["costs"] = self.instance.costs | {channel: self.cleaned_data[f"cost_{channel}"] for channel, _ in WAYS}
        return own

    def changed_rates(self) -> dict[str, int | None]:
        """The providers whose rate was changed."""
        return {name: self.cleaned_data[f"rate_{name}"] for name in self.rates if f"rate_{name}" in self.changed_data}


class StopForm(forms.Form):
    channel = forms.ChoiceField(choices=WAYS)
    address = forms.CharField(
        max_length=320, label="Address or number", help_text="A number with its country code, like +63 917 123 4567"
    )
    detail = forms.CharField(max_length=300, label="Why", help_text="Whoever wants to write to them will read it")

    def clean(self) -> dict[str, Any]:
        """Refuse what is no address of the channel."""
        cleaned = super().clean() or {}
        if cleaned.get("address") and cleaned.get("channel"):
            normal = normal_email if cleaned["channel"] == "email" else normal_phone
            try:
                cleaned["address"] = normal(cleaned["address"])
            except BadAddress as problem:
                self.add_error("address", str(problem))
        return cleaned
