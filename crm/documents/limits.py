"""What pages say of the files that are taken in."""

from __future__ import annotations

from django.conf import settings

from crm.documents.recognising import ALLOWED_WORDS, KNOWN_ENDINGS


def accepted() -> str:
    """The endings, as a file field takes them."""
    return ",".join(f".{ending}" for ending in KNOWN_ENDINGS)


def limit_words() -> str:
    """What is taken and how large, in words."""
    return f"{ALLOWED_WORDS}. Up to {settings.DOCUMENT_MAX_BYTES / 1e6:,.0f} MB each."
