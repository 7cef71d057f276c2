"""Templates for tests."""

from __future__ import annotations

from datetime import datetime
from html.parser import HTMLParser
from itertools import count
from typing import Any

from messaging.claimed import Claimed
from messaging.models import MessageTemplate, TemplateVariant
from tests.factories import NOW

_number = count(1)


def template(channel: str = "email", *, language: str = "en", now: datetime = NOW, **words: Any) -> MessageTemplate:
    """Store a template with words in its own language; `others` maps further languages to theirs."""
    others: dict[str, dict[str, Any]] = words.pop("others", {})
    kept = {name: words.pop(name) for name in ("name", "topic", "whatsapp_sid", "whatsapp_state") if name in words}
    kept.setdefault("name", f"Template {next(_number)}")
    made = MessageTemplate.objects.create(channel=channel, language=language, created_at=now, updated_at=now, **kept)
    for tag, said in {language: words, **others}.items():
        TemplateVariant.objects.create(template=made, language=tag, **said)
    return made


def claimed(contact_id: int | None, *, channel: str = "email", pk: int = 0, **fields: Any) -> Claimed:
    """A message as the delivery has taken it."""
    plain: dict[str, Any] = {
        "kind": "message",
        "user_id": None,
        "subject": "",
        "data": {},
        "expires_at": None,
        "attempts": 1,
    }
    return Claimed(pk=pk or next(_number), channel=channel, contact_id=contact_id, created_at=NOW, **(plain | fields))


class Form(HTMLParser):
    """What a page's form for a template would send."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.inside = False
        self.area = self.select = ""
        self.feed(page)
        self.close()
        self.values = {name: value.removeprefix("\n") for name, value in self.values.items()}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self.inside = given.get("id") == "template"
        name = given.get("name") or ""
        if not self.inside:
            return
        if tag == "input":
            self.values[name] = given.get("value") or ""
        elif tag == "textarea":
            self.area, self.values[name] = name, ""
        elif tag == "select":
            self.select = name
        elif tag == "option" and "selected" in given:
            self.values[self.select] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.values[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = ""


def form_in(answer: Any) -> dict[str, str]:
    """The form of a page, as it would be sent back."""
    return Form(answer.content.decode()).values
