"""The styles of our own mails, put on each tag when a template is compiled: mail clients drop style elements (C3).

A message then costs nothing more than its words. The rules that stand in a media query, for the dark, stay where they
are: they say !important, and a tag's own style cannot be told to wait for a query.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import css_inline
from django.conf import settings
from jinja2 import Environment
from jinja2.ext import Extension

BASE = "email/base.html"
_STYLE = re.compile(r"(<style>)(.*?)(</style>)", re.DOTALL)
_MEDIA = re.compile(r"@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", re.DOTALL)
#: A start tag of our templates, which may hold expressions and conditions.
_TAG = re.compile(r"<([a-z][a-z0-9]*)((?=\s|\{%)(?:\{\{.*?\}\}|\{%.*?%\}|\"[^\"]*\"|[^<>\"{]|\{(?![{%]))*)?>")
_CLASS = re.compile(r'\bclass="([^"{}]*)"')
_INLINER = css_inline.CSSInliner(load_remote_stylesheets=False)


class InlineStyles(Extension):
    """Gives each tag of a mail's template the style that base.html has for it."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.rules = _rules()

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template with its styles inlined."""
        if name is None or not name.startswith("email/") or not name.endswith(".html"):
            return source
        return inlined(source, self.rules)


def inlined(source: str, rules: str) -> str:
    """The template with a style on each tag that a rule speaks of; its style element keeps the media queries."""
    parts = _STYLE.split(source, maxsplit=1)
    if len(parts) == 1:
        return _TAG.sub(lambda found: _styled(found, rules), source)
    before, start, style, end, after = parts
    queries = "\n".join(_MEDIA.findall(style))
    return before + start + queries + end + _TAG.sub(lambda found: _styled(found, rules), after)


def _rules() -> str:
    folders: list[Path] = settings.TEMPLATES[0]["DIRS"]  # type: ignore[assignment]  # Django types a setting as object
    for folder in folders:
        path = Path(folder) / BASE
        if path.exists() and (found := _STYLE.search(path.read_text())):
            return _MEDIA.sub("", found[2])
    return ""


def _styled(found: re.Match[str], rules: str) -> str:
    tag, rest = found[1], found[2] or ""
    named = _CLASS.search(rest)
    style = _style(tag, named[1] if named else "", rules)
    if not style:
        return found[0]
    if named is None:
        return f'<{tag} style="{style}"{rest}>'
    return f'<{tag}{rest[: named.end()]} style="{style}"{rest[named.end() :]}>'


@lru_cache(maxsize=512)
def _style(tag: str, classes: str, rules: str) -> str:
    """What the rules say of a tag with these classes, as the value of its style attribute."""
    inside = f'<{tag} class="{classes}"></{tag}>'
    body = inside if tag == "body" else f"<body>{inside}</body>"
    made = _INLINER.inline(f"<!doctype html><html><head><style>{rules}</style></head>{body}</html>")
    styled = re.search(rf'<{tag} [^>]*?style="([^"]*)"', made[made.index("<body") :])
    return styled[1] if styled else ""
