"""Languages by their tags."""

from __future__ import annotations

from django.utils.translation import get_language_info


def language_name(tag: str) -> str:
    """The language in words: "Spanish", "Brazilian Portuguese"; the tag itself where nobody here knows it."""
    try:
        known = get_language_info(tag.lower())
    except KeyError:
        return tag
    region = tag.partition("-")[2].upper()
    return str(known["name"]) if known["code"] == tag.lower() or not region else f"{known['name']} ({region})"
