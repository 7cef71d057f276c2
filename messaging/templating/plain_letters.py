"""Words that somebody simply wrote, as the HTML of a mail: paragraphs, no dress."""

from __future__ import annotations

import html
import re

_LINK = re.compile(r"https?://[^\s<>\"']{0,1000}[^\s<>\"'.,;:!?)]")
_BODY = 'font: 15px/24px -apple-system, "Segoe UI", Roboto, Helvetica, Arial, sans-serif'


def letter_html(text: str, *, language: str = "") -> str:
    """The text with its paragraphs, line breaks and addresses kept. Everything in it is escaped."""
    parts = re.split(r"\n{2,}", html.escape(text.replace("\r\n", "\n").strip(), quote=False))
    body = "".join(f'<p dir="auto" style="margin: 0 0 16px">{_linked(part)}</p>' for part in parts if part)
    lang = f' lang="{html.escape(language)}"' if language else ""
    return (
        f'<!doctype html><html{lang}><head><meta charset="utf-8">'
        '<meta name="color-scheme" content="light dark"></head>'
        f"<body style='{_BODY}'>{body}</body></html>"
    )


def _linked(part: str) -> str:
    return _LINK.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', part).replace("\n", "<br>")
