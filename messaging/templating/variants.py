"""Which language of a template a contact gets."""

from __future__ import annotations

from collections.abc import Collection


def choose(wanted: str, available: Collection[str], own: str) -> str:
    """The exact tag, else its base language (RFC 4647, lookup), else another region's variant of that language, else
    the template's own; without that one, the first. Raises ValueError where there is none at all.

    >>> choose("pt-BR", ["en", "pt"], "en")
    'pt'
    """
    if not available:
        raise ValueError("A template without words.")
    by_tag = {_plain(one): one for one in sorted(available, reverse=True)}
    tag = _plain(wanted)
    while tag:
        if tag in by_tag:
            return by_tag[tag]
        tag = tag.rpartition("-")[0]
    base = _plain(wanted).partition("-")[0]
    kin = sorted(one for one in by_tag if base and one.partition("-")[0] == base)
    if kin:
        return by_tag[kin[0]]
    return by_tag.get(_plain(own)) or min(available)


def _plain(tag: str) -> str:
    return tag.strip().replace("_", "-").lower()
