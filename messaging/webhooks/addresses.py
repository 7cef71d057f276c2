"""Addresses of webhooks by this installation's rules: `address_rules` decides, `WEBHOOK_ALLOWED_HOSTS` lets through."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from messaging.webhooks.address_rules import Allowed, BadAddress, allowed_of, target_of


def allowed() -> Allowed:
    """What is let through although it lies inside. Raises ValueError for a setting that names nothing."""
    return _read(tuple(settings.WEBHOOK_ALLOWED_HOSTS))


def problem_with(url: str) -> str:
    """What speaks against an address, as a sentence for a form; empty when nothing does. Asks no machine.

    A name that leads inside is found out when it is called.
    """
    try:
        target_of(url, allowed())
    except BadAddress as problem:
        return str(problem)
    return ""


@lru_cache(maxsize=8)
def _read(words: tuple[str, ...]) -> Allowed:
    return allowed_of(words)
