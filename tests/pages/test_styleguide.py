"""Every component renders, in markup that the content policy lets through."""

import re
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.storage.fallback import FallbackStorage
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.test import RequestFactory

from config.styleguide import styleguide

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def page() -> str:
    request = RequestFactory().get("/styleguide/")
    request.user = AnonymousUser()
    request.session = SessionStore()
    request._messages = FallbackStorage(request)
    return styleguide(request).content.decode()


def test_it_has_no_inline_style_script_or_handler(page: str) -> None:
    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"\son[a-z]+=", page)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", page)


def test_no_two_elements_share_an_id(page: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))


def test_every_icon_drawn_is_listed(page: str) -> None:
    listed = set((ROOT / "static" / "icons.txt").read_text().split())
    assert set(re.findall(r'icons[^"]*\.svg#([a-z0-9-]+)"', page)) <= listed


def test_icons_named_in_templates_are_listed() -> None:
    listed = set((ROOT / "static" / "icons.txt").read_text().split())
    named = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for name in re.findall(r'(?:icon\(|glyph=|"icon": )"([a-z0-9-]+)"', template.read_text())
    }
    assert named - listed == set()


def test_every_macro_file_says_what_it_takes() -> None:
    for template in (ROOT / "templates" / "components").glob("*.html"):
        assert template.read_text().startswith("{#"), template.name
