"""How a colleague wants to be told: channels by kind, quiet hours, the digest's hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING

from django.db import transaction

from crm.models import User
from messaging.kinds import NoticeKind, all_notices
from messaging.models import NotificationPreference
from messaging.push_keys import public_push_key

if TYPE_CHECKING:
    from collections.abc import Iterable

#: What can be chosen.
CHOICES = {"in_app": "In the app", "email": "By e-mail", "push": "By push"}


def choices() -> dict[str, str]:
    """What can be chosen on this installation, with labels: pushes need a key."""
    return {name: label for name, label in CHOICES.items() if name != "push" or public_push_key()}


@dataclass(frozen=True, slots=True)
class Wish:
    """One line of the page: a kind and the channels over which its person hears of it."""

    kind: NoticeKind
    channels: tuple[str, ...]


class BadHours(ValueError):
    """Quiet hours that cannot be; the text is a sentence."""


def wishes_of(user: User) -> list[Wish]:
    """Every kind with what the person chose, or its own channels."""
    chosen = dict(NotificationPreference.objects.filter(user=user).values_list("kind", "channels"))
    return [
        Wish(kind, tuple(chosen[kind.name]) if kind.name in chosen else kind.default_channels)
        for kind in sorted(all_notices(), key=lambda kind: kind.title)
    ]


@transaction.atomic
def choose_channels(user: User, choices: Mapping[str, Iterable[str]]) -> None:
    """Keep the channels for these kinds; where they are the kind's own, nothing is kept, so that it can change."""
    kept = []
    for kind in all_notices():
        if kind.name not in choices:
            continue
        channels = [channel for channel in CHOICES if channel in set(choices[kind.name])]
        if channels != _ordered(kind.default_channels):
            kept.append(NotificationPreference(user=user, kind=kind.name, channels=channels))
    NotificationPreference.objects.filter(user=user, kind__in=choices).delete()
    NotificationPreference.objects.bulk_create(kept)


def mute(user: User, kind: str) -> bool:
    """Stop all notices of a kind; False when there is no such kind."""
    if kind not in {known.name for known in all_notices()}:
        return False
    choose_channels(user, {kind: ()})
    return True


def set_hours(
    user: User,
    *,
    quiet_from: time | None,
    quiet_to: time | None,
    wants_digest: bool,
    digest_hour: int,
    bundle_minutes: int = 0,
) -> None:
    """Keep quiet hours and the digest's hour, both local to the person, and how far apart, in minutes, mails come that
    can wait. Raises BadHours."""
    if (quiet_from is None) != (quiet_to is None):
        raise BadHours("Give both ends of the quiet hours, or neither.")
    if quiet_from is not None and quiet_from == quiet_to:
        raise BadHours("Quiet hours that end when they begin would never end; choose another hour.")
    if not 0 <= bundle_minutes <= 1440:
        raise BadHours("Mails that can wait come together at least once a day.")
    if not 0 <= digest_hour <= 23:
        raise BadHours("The digest’s hour lies between 0 and 23.")
    User.objects.filter(pk=user.pk).update(
        quiet_from=quiet_from,
        quiet_to=quiet_to,
        wants_digest=wants_digest,
        digest_hour=digest_hour,
        bundle_minutes=bundle_minutes,
    )


def _ordered(channels: Sequence[str]) -> list[str]:
    return [channel for channel in CHOICES if channel in channels]
