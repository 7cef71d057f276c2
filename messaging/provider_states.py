"""What all workers know of a provider: its health and its tokens, each changed by one guarded step."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from messaging.breaker import CLOSED, TRIAL, Circuit, after_answers
from messaging.models import ProviderState
from messaging.rates import Grant, take


class Standing(NamedTuple):
    """A provider as a batch finds it. `per_hour` is empty where it may be given as many as there are."""

    circuit: Circuit = CLOSED
    per_hour: int | None = None
    last_error: str = ""


def begin_trial(provider: str, circuit: Circuit, *, now: datetime) -> bool:
    """Be the one who tries it again; False when another worker is."""
    mine = ProviderState.objects.filter(provider=provider, open_until=circuit.open_until, open_until__lte=now)
    return mine.update(open_until=now + TRIAL) > 0


@transaction.atomic
def note_answers(provider: str, downs: list[bool], *, error: str, now: datetime) -> Circuit:
    """Count failures of the provider itself, and open or close its circuit; returns it as it is then."""
    if any(downs):
        ProviderState.objects.bulk_create([ProviderState(provider=provider)], ignore_conflicts=True)
    state = ProviderState.objects.select_for_update().filter(provider=provider).first()
    if state is None:
        return CLOSED
    circuit = after_answers(Circuit(state.failures, state.open_until), downs, now=now)
    changes: dict[str, object] = {"failures": circuit.failures, "open_until": circuit.open_until}
    if any(downs):
        changes |= {"last_error": error[:300], "last_error_at": now}
    ProviderState.objects.filter(pk=provider).update(**changes)
    return circuit


@transaction.atomic
def take_tokens(provider: str, wanted: int, *, now: datetime) -> Grant | None:
    """Take tokens for so many messages; None where the provider has no limit any more."""
    state = ProviderState.objects.select_for_update().filter(provider=provider, per_hour__isnull=False).first()
    if state is None or state.per_hour is None:
        return None
    grant = take(tokens=state.tokens, tokens_at=state.tokens_at, per_hour=state.per_hour, wanted=wanted, now=now)
    # Of two workers one clock may be behind: what has come in by the other's does not come in once more.
    at = max(now, state.tokens_at or now)
    ProviderState.objects.filter(pk=provider).update(tokens=grant.tokens, tokens_at=at)
    return grant


def set_rate(provider: str, per_hour: int | None) -> None:
    """Allow at most so many messages an hour, or as many as there are. Raises ValueError below one."""
    if per_hour is not None and per_hour < 1:
        raise ValueError("A provider that may be given nothing should be left out of the settings instead.")
    ProviderState.objects.update_or_create(
        provider=provider, defaults={"per_hour": per_hour, "tokens": 0, "tokens_at": None}
    )
