"""From a stored message to the words that leave: templates/email/RENDERER.html and .txt, filled when it is sent."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.template import engines
from jinja2 import Environment, Template

from messaging.kinds import described
from messaging.mail_styles import InlineStyles


class Words(NamedTuple):
    """The plain text and the HTML of a mail; they say the same."""

    text: str
    html: str


@cache
def _environments() -> tuple[Environment, Environment]:
    """Our templates with and without escaping: an ampersand in plain text is an ampersand."""
    pages: Environment = engines["jinja2"].env  # type: ignore[attr-defined]  # this engine is the Jinja2 one
    return pages.overlay(extensions=[InlineStyles]), pages.overlay(autoescape=False)


@cache
def _compiled(renderer: str) -> tuple[Template, Template]:
    html, text = _environments()
    return html.get_template(f"email/{renderer}.html"), text.get_template(f"email/{renderer}.txt")


def _templates(renderer: str) -> tuple[Template, Template]:
    if settings.DEBUG:  # look for changes on disk, as the pages do
        html, text = _environments()
        return html.get_template(f"email/{renderer}.html"), text.get_template(f"email/{renderer}.txt")
    return _compiled(renderer)


def render(*, kind: str, subject: str, data: dict[str, Any], name: str) -> Words:
    """Write the mail. `data["url"]`, a path, becomes an address. Raises what a broken template raises."""
    known = described(kind)
    return write(
        known.renderer,
        subject=subject,
        data=data,
        name=name,
        kind=known,
        url=absolute(data.get("url", "")),
        settings_url=absolute("/settings/notifications/"),
    )


def write(renderer: str, **facts: Any) -> Words:
    """Fill templates/email/RENDERER. Raises what a broken template raises."""
    html, text = _templates(renderer)
    facts["site"] = settings.SITE_URL
    return Words(text.render(facts), html.render(facts))


def absolute(path: str) -> str:
    """An address that works from a mail."""
    return f"{settings.SITE_URL}{path}" if path.startswith("/") else path
