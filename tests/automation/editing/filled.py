"""A form of a page as a browser would send it untouched."""

from __future__ import annotations

from html.parser import HTMLParser


class Filled(HTMLParser):
    """Reads the fields of the form that carries an attribute."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self.mark, self.inside, self.select, self.area = mark, False, "", ""
        self.fields: dict[str, list[str]] = {}
        self.first = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name, value = found.get("name") or "", found.get("value") or ""
        if tag == "form":
            self.inside = self.mark in found
        elif not self.inside:
            return
        elif tag == "input" and (found.get("type") not in ("checkbox", "radio") or "checked" in found):
            self.fields.setdefault(name, []).append(value or ("on" if found.get("type") == "checkbox" else ""))
        elif tag == "select":
            self.select, self.first = name, ""
        elif tag == "option" and self.select:
            if not self.first:
                self.first = self.select
                self.fields.setdefault(self.select, [value])
            if "selected" in found:
                self.fields[self.select] = [value]
        elif tag == "textarea":
            self.area = name
            self.fields.setdefault(name, [""])

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.area = ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area][0] += data


def filled(page: str, mark: str) -> dict[str, list[str]]:
    """The fields of that form by name, but for the one that proves where it came from."""
    reader = Filled(mark)
    reader.feed(page)
    return {name: values for name, values in reader.fields.items() if name and name != "csrfmiddlewaretoken"}
