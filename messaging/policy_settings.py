"""The organisation's rules for writing to contacts: reading and changing them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from messaging.contact_facts import CONTACT_CHANNELS, provider_chosen
from messaging.models import ContactPolicy, ProviderState
from messaging.provider_states import set_rate
from messaging.provider_titles import title_of

#: Hours that leave less of the day than this are taken for a slip.
LEAST_OPEN = timedelta(hours=1)


class BadPolicy(ValueError):
    """Rules that cannot work; the text is a sentence, `field` the place it belongs to, or empty."""

    def __init__(self, field: str, words: str) -> None:
        self.field = field
        super().__init__(words)


def register() -> None:
    """Let the audit trail show the rules; called once at start-up."""
    from crm.audit import Audited, register_audited

    title = "Rules for writing to clients"
    register_audited("contact_policy", Audited(title, ContactPolicy, lambda _: title, "/settings/messages/"))


def current_policy() -> ContactPolicy:
    """The rules as they are."""
    return ContactPolicy.objects.current()


def change_policy(changes: Mapping[str, Any]) -> ContactPolicy:
    """Set fields of the policy; what was before is kept in the audit trail. Raises BadPolicy.

    It holds from the next decision on; messages that wait are judged by it when their time comes.
    """
    with transaction.atomic():
        before = ContactPolicy.objects.select_for_update().get(pk=1)
        after = {field.attname: getattr(before, field.attname) for field in ContactPolicy._meta.fields} | dict(changes)
        _check_hours(after["quiet_from"], after["quiet_to"])
        for name in ("cap_per_day", "cap_per_week", "automations_per_day", "gap_minutes", "late_hours"):
            if after[name] is not None and after[name] < 1:
                raise BadPolicy(name, "Leave it empty for no limit; nought would stop every message.")
        if after["cap_per_day"] and after["cap_per_week"] and after["cap_per_day"] > after["cap_per_week"]:
            raise BadPolicy("cap_per_week", "A week cannot have fewer messages than a day of it.")
        if changes:
            ContactPolicy.objects.filter(pk=1).update(**changes)
    return current_policy()


def _check_hours(start: time | None, end: time | None) -> None:
    if (start is None) != (end is None):
        raise BadPolicy("quiet_to" if end is None else "quiet_from", "Quiet hours need a beginning and an end.")
    if start is None or end is None or start == end:
        return
    day = date(2000, 1, 1)
    open_ = (datetime.combine(day, start) - datetime.combine(day, end)) % timedelta(days=1)
    if open_ < LEAST_OPEN:
        raise BadPolicy(
            "quiet_to", "These quiet hours leave less than an hour of the day, so nothing would ever leave."
        )


def provider_rates() -> dict[str, tuple[str, int | None]]:
    """Most messages an hour of each provider in use: its title and the number, or None for no limit."""
    in_use = [name for name in dict.fromkeys(map(provider_chosen, CONTACT_CHANNELS)) if name]
    rates = dict(ProviderState.objects.filter(provider__in=in_use).values_list("provider", "per_hour"))
    return {name: (title_of(name), rates.get(name)) for name in in_use}


def change_rates(rates: Mapping[str, int | None]) -> None:
    """Set how many messages an hour each provider is given; None for as many as there are. Raises ValueError below 1."""
    with transaction.atomic():
        for provider, per_hour in sorted(rates.items()):
            set_rate(provider, per_hour)
