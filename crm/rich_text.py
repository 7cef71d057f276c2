"""Rich text that people write: made safe when it is stored, and its plain words for search and previews."""

from __future__ import annotations

import html
import re

import nh3

TAGS = {"p", "br", "strong", "b", "em", "i", "u", "s", "ul", "ol", "li", "a", "blockquote", "code", "pre", "h3", "h4"}
_LINK = re.compile(r"https?://[^\s<>\"']+")
_BREAKS = re.compile(r"<(?:br|/p|/li|/h3|/h4|/blockquote|/pre)\s*/?>", re.IGNORECASE)
_MARK_UP = re.compile(
    r"</?(?:p|br|strong|b|em|i|u|s|ul|ol|li|a|blockquote|code|pre|h3|h4)(?:\s[^<>]*)?/?>", re.IGNORECASE
)


def clean_html(text: str) -> str:
    """Return safe HTML of a small set. Text without any of our tags is taken as plain: escaped, its lines kept,
    its addresses made links."""
    text = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").strip()
    if not _MARK_UP.search(text):
        text = _from_plain(text)
    return nh3.clean(
        text,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )


def plain_text(safe_html: str) -> str:
    """Return the words alone, with line breaks where the blocks ended."""
    return html.unescape(nh3.clean(_BREAKS.sub("\n", safe_html), tags=set())).strip()


def _from_plain(text: str) -> str:
    paragraphs = re.split(r"\n{2,}", html.escape(text, quote=False))
    linked = (_LINK.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', one) for one in paragraphs)
    return "".join(f"<p>{one.replace(chr(10), '<br>')}</p>" for one in linked if one)
