"""Somebody with a browser that knows no scripts: reads pages, fills in the forms that stand on them, sends them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Self
from urllib.parse import urlsplit

import httpx


@dataclass
class Form:
    """A form as the page gave it: what would be sent if nothing was touched."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)
    id: str = ""
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        #: Where buttons lead that have an address of their own -> the form that they send, by its id.
        self.presses: dict[str, str] = {}
        self.select = ""
        self.text: list[str] = []
        self.area = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        name, value = found.get("name", ""), found.get("value", "")
        if tag == "form":
            self.forms.append(Form(found.get("action", ""), found.get("method", "get").lower(), id=found.get("id", "")))
        elif tag == "button" and found.get("formaction") and found.get("form"):
            self.presses[found["formaction"]] = found["form"]
        elif not self.forms:
            return
        elif tag == "button" and name:
            self.forms[-1].buttons.append((name, value))
        elif tag == "input" and name:
            if found.get("type") not in ("checkbox", "radio", "file", "submit") or "checked" in found:
                self.forms[-1].fields[name] = value
        elif tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = name
        elif tag == "option" and self.select and (self.select not in self.forms[-1].fields or "selected" in found):
            self.forms[-1].fields[self.select] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.forms[-1].fields[self.area] = data
        if data.strip():
            self.text.append(" ".join(data.split()))


class Visitor:
    """Use as a context. `page` is the last answer, `text` what it says, `forms` what can be sent from it."""

    def __init__(self, site: str) -> None:
        """Open a browser without cookies."""
        self.client = httpx.Client(base_url=site, follow_redirects=True, timeout=30)
        self.page: httpx.Response | None = None
        self.text = ""
        self.forms: list[Form] = []
        self.presses: dict[str, str] = {}

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the browser."""
        self.client.close()

    def read(self, page: httpx.Response) -> Self:
        """Take in a page; fails on anything but success."""
        parser = _Forms()
        parser.feed(page.text)
        self.page, self.text, self.forms, self.presses = page, " ".join(parser.text), parser.forms, parser.presses
        assert page.status_code == 200, f"{page.status_code} {page.url}: {self.text[:500]}"
        return self

    def go(self, path: str) -> Self:
        """Open a page."""
        return self.read(self.client.get(path))

    def send(self, *, button: tuple[str, str] | None = None, to: str = "", files: Any = None, **fields: str) -> Self:
        """Send the form that has the button, or leads to the address, or holds all these fields."""
        form = next(one for one in self.forms if self._is(one, button, to, fields))
        values: Mapping[str, str] = form.fields | fields | (dict([button]) if button else {})
        here = self.page.url.path if self.page else "/"
        if form.method == "get":
            return self.read(self.client.get(form.action or here, params=values))
        return self.read(self.client.post(form.action or here, data=values, files=files))

    def press(self, path: str) -> Self:
        """Press the button that leads to the address."""
        form = next(one for one in self.forms if one.id == self.presses[path])
        return self.read(self.client.post(path, data=form.fields))

    @staticmethod
    def _is(form: Form, button: tuple[str, str] | None, to: str, fields: Mapping[str, str]) -> bool:
        if button is not None and button not in form.buttons:
            return False
        if to and urlsplit(form.action).path != to:
            return False
        return fields.keys() <= form.fields.keys()

    def sign_in(self, email: str, password: str) -> Self:
        """Sign in as somebody."""
        return self.go("/accounts/login/").send(login=email, password=password)
