"""The links of a mail's HTML, and putting others in their place without touching a byte beside them.

Written after the tokenising rules of the HTML standard (13.2.5): comments and raw text hold no tags, a quoted value may
hold ">", a value is read with its character references. A general parser would take a hundred times as long.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape, unescape

from messaging.tracking.tokens import is_web_address

_RAW = "style|script|title|textarea|xmp|iframe|noembed|noframes"
#: A tag or a value that never ends goes on to the end, as the standard says: so each letter is read once.
_INSIDE = r"(?:\"[^\"]*(?:\"|\Z)|'[^']*(?:'|\Z)|[^>\"'])*+"
_CLOSE = r"(?:>|\Z)"
#: In order: what may look like tags and is none, then a tag that can carry a link, then all others in one go.
_PIECES = re.compile(
    r"<!--(?:>|->|.*?(?:--!?>|\Z))"
    rf"|<(?P<raw>{_RAW})(?=[\s/>]).*?(?:</(?P=raw)(?=[\s/>])|\Z)"
    rf"|<(?P<tag>a|area)(?=[\s/])(?P<inside>{_INSIDE}){_CLOSE}"
    rf"|(?:<(?!(?:a|area|{_RAW})[\s/>]|!--)(?:/?[a-z]{_INSIDE}|[!?][^>]*+){_CLOSE}[^<]*+)++",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTES = re.compile(
    r"[\s/]*(?P<name>[^\s/>=\"'][^\s/>=\"']*)"
    r"(?:\s*=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[^\s\"'>=<`]+)))?"
)


def rewritten(html: str, put: Callable[[str], str | None]) -> str:
    """Ask `put` about every http or https link of an <a> or <area>; what it returns takes the link's place."""

    def piece(found: re.Match[str]) -> str:
        whole = found[0]
        if found["tag"] is None:
            return whole
        span = _href(found["inside"])
        if span is None:
            return whole
        start, end = span
        inside, shift = found["inside"], found.start("inside") - found.start()
        url = unescape(inside[start:end]).strip(" \t\n\r\f")
        other = put(url) if is_web_address(url) else None
        return whole if other is None else f"{whole[: shift + start]}{escape(other)}{whole[shift + end :]}"

    return _PIECES.sub(piece, html)


def links_of(html: str) -> list[str]:
    """Every http or https link in its order, each as often as it stands there."""
    found: list[str] = []
    rewritten(html, lambda url: found.append(url))
    return found


def _href(inside: str) -> tuple[int, int] | None:
    """Where the value of the first href stands; browsers take the first of two."""
    at = 0
    while (one := _ATTRIBUTES.match(inside, at)) is not None:
        if one["name"].lower() == "href":
            for quoting in ("double", "single", "bare"):
                if one[quoting] is not None:
                    return one.span(quoting)
            return None
        at = one.end()
    return None
