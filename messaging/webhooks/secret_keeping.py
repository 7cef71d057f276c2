"""The secrets that webhooks are signed with: made, changed and ended; shown once, and stored sealed with SECRET_KEY."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import transaction

from messaging.models import WebhookSecret
from messaging.webhooks.signing import KEY_BYTES, PREFIX, shown

#: How long the secret before stays valid beside a new one.
BOTH_VALID = timedelta(hours=24)
STANDARD = "Standard"


class BadSecret(ValueError):
    """What cannot be done with a secret, as a sentence."""


def keys_of(secret_ids: Collection[int | None], *, now: datetime) -> dict[int | None, list[bytes] | str]:
    """The keys that sign for each secret, the newest first, or a sentence that says why there is none.

    None is the standard secret, which is made when it is first needed.
    """
    named = {row.pk: row for row in WebhookSecret.objects.filter(pk__in=[pk for pk in secret_ids if pk is not None])}
    found: dict[int | None, list[bytes] | str] = {pk: _keys(row, now) for pk, row in named.items()}
    if None in secret_ids:
        found[None] = _keys(_standard(now), now)
    return found


def _standard(now: datetime) -> WebhookSecret:
    known = WebhookSecret.objects.filter(standard=True).first()
    if known is None:
        WebhookSecret.objects.bulk_create([_new(STANDARD, now, standard=True)[0]], ignore_conflicts=True)
        known = WebhookSecret.objects.get(standard=True)
    return known


def _keys(row: WebhookSecret, now: datetime) -> list[bytes] | str:
    if row.ended_at is not None:
        return f"The secret “{row.name}” that it was to be signed with was ended."
    sealed = [row.sealed]
    if row.previous_until is not None and row.previous_until > now:
        sealed.append(row.previous_sealed)
    try:
        return [_safe().decrypt(one) for one in sealed]
    except InvalidToken:
        return f"The secret “{row.name}” was sealed with another SECRET_KEY and cannot be read: make a new one."


# --- Keeping them ------------------------------------------------------------------------------------
def living_secrets() -> list[WebhookSecret]:
    """Those that sign, the standard one first."""
    return list(WebhookSecret.objects.filter(ended_at__isnull=True).order_by("-standard", "name", "pk"))


@transaction.atomic
def make_secret(*, name: str, now: datetime) -> tuple[WebhookSecret, str]:
    """Make a secret; returns the row and the secret, which is never shown again. Raises BadSecret."""
    name = " ".join(name.split())[:100]
    if not name.isprintable() or not name:
        raise BadSecret("Give it a name.")
    if WebhookSecret.objects.filter(ended_at__isnull=True, name__iexact=name).exists():
        raise BadSecret("There is a secret of this name already.")
    row, secret = _new(name, now, standard=False)
    row.save(force_insert=True)
    return row, secret


@transaction.atomic
def change_secret(pk: int | None, *, now: datetime) -> tuple[WebhookSecret, str]:
    """Put a new secret in the place of one, which stays valid for a day; None is the standard one, made if need be.

    Returns the row and the new secret, which is never shown again. Raises BadSecret.
    """
    if pk is None:
        pk = _standard(now).pk
    row = WebhookSecret.objects.select_for_update().filter(pk=pk, ended_at__isnull=True).first()
    if row is None:
        raise BadSecret("This secret is not in use any more.")
    new, secret = _new(row.name, now, standard=row.standard)
    WebhookSecret.objects.filter(pk=pk).update(
        previous_sealed=row.sealed,
        previous_until=now + BOTH_VALID,
        sealed=new.sealed,
        hint=new.hint,
        changed_at=now,
    )
    row.refresh_from_db()
    return row, secret


def end_secret(pk: int, *, now: datetime) -> bool:
    """Sign nothing with it any more: calls that name it are refused. Not the standard one."""
    living = WebhookSecret.objects.filter(pk=pk, standard=False, ended_at__isnull=True)
    return living.update(ended_at=now, sealed="", previous_sealed="", previous_until=None) > 0


def _new(name: str, now: datetime, *, standard: bool) -> tuple[WebhookSecret, str]:
    key = secrets.token_bytes(KEY_BYTES)
    secret = shown(key)
    row = WebhookSecret(
        name=name,
        standard=standard,
        sealed=_safe().encrypt(key).decode(),
        hint=secret[: len(PREFIX) + 4],
        created_at=now,
        changed_at=now,
    )
    return row, secret


def _safe() -> MultiFernet:
    return _made((settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(maxsize=4)
def _made(words: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(
        [Fernet(base64.urlsafe_b64encode(sha256(f"messaging.webhooks:{word}".encode()).digest())) for word in words]
    )
