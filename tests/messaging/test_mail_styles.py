"""Our own mails carry their styles on each tag, put there once, when a template is compiled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from messaging.mail_styles import inlined
from messaging.rendering import write
from tests.servers import ROOT

RULES = "p { margin: 0; } .small { color: red; } .flat { margin: 1px; } a { color: blue; }"


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("<p>x</p>", '<p style="margin: 0;">x</p>'),
        ('<p class="small flat">', '<p class="small flat" style="margin: 1px;color: red;">'),
        ('<a href="{{ url }}">', '<a style="color: blue;" href="{{ url }}">'),
        (
            '<span{% if a > b %} class="small"{% endif %}>',
            '<span{% if a > b %} class="small" style="color: red;"{% endif %}>',
        ),
        (
            "<style>p { margin: 0; } @media (x) { p { margin: 1px; } }</style><b>",
            "<style>@media (x) { p { margin: 1px; } }</style><b>",
        ),
    ],
)
def test_each_tag_gets_the_style_that_the_rules_have_for_it(source: str, made: str) -> None:
    assert inlined(source, RULES) == made


def test_a_mail_needs_no_style_element_but_for_the_dark() -> None:
    letter = {"subject": "Hello", "says": "Words", "button": "Open", "small": "More"}
    html = write("account", letter=letter, url="https://example.org/").html
    assert '<a class="button" style="' in html
    left = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert left is not None
    assert left[1].startswith("@media (prefers-color-scheme: dark)")


@pytest.mark.parametrize("path", sorted((ROOT / "templates" / "email").glob("*.html")), ids=lambda path: path.name)
def test_no_mail_of_ours_styles_what_is_nested(path: Path) -> None:
    """A rule for a tag inside another cannot be put on a tag of a part that is compiled alone."""
    style = re.search(r"<style>(.*?)@media", path.read_text(), re.DOTALL)
    selectors = re.findall(r"^([^{\n]+)\{", style[1], re.MULTILINE) if style else []
    assert [one for one in selectors if " " in one.strip().replace(", ", ",")] == []
