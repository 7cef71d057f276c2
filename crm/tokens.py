"""Tokens for the API: made, recognised and revoked. Only a digest is stored; the token itself is seen once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from crm.models import ApiToken, User

#: Scope -> what it lets a program do, in the words of the settings page.
SCOPES: dict[str, str] = {
    "contacts:read": "Read contacts, their timeline, notes and preferences",
    "contacts:write": "Add and change contacts, notes, tags and preferences",
    "followups:read": "Read follow-ups",
    "followups:write": "Add, change and finish follow-ups",
    "records:read": "Read deals, documents, invoices, partners and audiences",
    "records:write": "Add and change deals, documents, invoices, partners and audiences",
    "events:write": "Send events of other systems",
    "messages:read": "Read messages and why they were or were not sent",
    "messages:write": "Write to contacts, and take back what has not left",
    "automations:read": "Read automations, who is inside and how they do",
    "automations:write": "Make, change and switch automations, put contacts in and take them out",
    "admin:read": "Read people, teams, settings lists and the audit trail",
    "admin:write": "Change people, teams and settings lists",
}
PREFIX = "ft_"
#: How exact "last used" is; a write per request would cost more than the knowledge is worth.
USE_NOTED_EVERY = timedelta(minutes=1)


class UnknownScope(ValueError):
    """A scope that does not exist, with the sentence to show."""


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def create_token(
    user: User, *, name: str, now: datetime, scopes: Iterable[str] = (), rate_per_minute: int = 60
) -> tuple[ApiToken, str]:
    """Make a token for the person; returns the row and the secret. No scopes means all of the person's rights.

    Raises UnknownScope.
    """
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise UnknownScope(f"There is no scope “{unknown[0]}”. There are: {', '.join(SCOPES)}.")
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=user,
        name=name[:100],
        digest=digest_of(secret),
        hint=secret[:9],
        scopes=wanted,
        rate_per_minute=rate_per_minute,
        created_at=now,
    )
    return row, secret


def find_token(secret: str, *, now: datetime) -> ApiToken | None:
    """The living token of an active person, or None; notes that it was used."""
    token = (
        ApiToken.objects.select_related("user")
        .filter(digest=digest_of(secret), revoked_at__isnull=True, user__is_active=True)
        .first()
    )
    if token is not None and (token.last_used_at is None or now - token.last_used_at >= USE_NOTED_EVERY):
        ApiToken.objects.filter(pk=token.pk).filter(Q(last_used_at__isnull=True) | Q(last_used_at__lt=now)).update(
            last_used_at=now
        )
    return token


def revoke(tokens: QuerySet[ApiToken], *, now: datetime) -> int:
    """End tokens at once; returns how many were still living."""
    return tokens.filter(revoked_at__isnull=True).update(revoked_at=now)


def carries(token: ApiToken, scope: str) -> bool:
    """Whether the token may be used for the scope. Writing includes reading."""
    if not token.scopes or scope in token.scopes:
        return True
    area, _, verb = scope.partition(":")
    return verb == "read" and f"{area}:write" in token.scopes
