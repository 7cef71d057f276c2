"""The form of a template as somebody left it: read back whole, whatever was pressed, so that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from messaging.models import MessageTemplate, TemplateVariant
from messaging.templating.blocks import KINDS, MOST
from messaging.templating.catalogue import Label
from messaging.templating.checking import Draft


class Entry(NamedTuple):
    """One field of a block's form. `shape`: line, area, level or height."""

    name: str
    label: str
    shape: str = "line"
    help: str = ""


def _side(name: str) -> tuple[Entry, ...]:
    return (
        Entry(f"{name}.title", "Heading"),
        Entry(f"{name}.text", "Text", "area"),
        Entry(f"{name}.src", "Picture’s address"),
        Entry(f"{name}.alt", "What the picture shows"),
        Entry(f"{name}.label", "Button"),
        Entry(f"{name}.url", "Where it leads"),
    )


FORMS: dict[str, tuple[Entry, ...]] = {
    "heading": (Entry("text", "Heading"), Entry("level", "Size", "level")),
    "text": (Entry("text", "Text", "area", "**bold**, *slanted*, [words](https://address), lines with - make a list"),),
    "button": (Entry("label", "Words on the button"), Entry("url", "Where it leads", help="https://, mailto: or tel:")),
    "image": (
        Entry("src", "The picture’s address", help="https://, a picture that is on the web"),
        Entry("alt", "What it shows", help="For people who do not see it"),
        Entry("url", "Where a click leads", help="May be empty"),
    ),
    "columns": (*_side("left"), *_side("right")),
    "quote": (Entry("text", "Words", "area"), Entry("by", "Who said them", help="May be empty")),
    "divider": (),
    "spacer": (Entry("height", "Height in pixels", "height"),),
    "footer": (Entry("text", "Small words under the mail", "area", "Who you are and where"),),
}
FIRST = {"level": "1", "height": "24"}


@dataclass(slots=True)
class Typed:
    """Everything in the form as text; a block is its kind and its entries by name."""

    name: str = ""
    channel: str = "email"
    topic: str = "service"
    language: str = "en"
    own: str = ""
    subject: str = ""
    preheader: str = ""
    text: str = ""
    media: str = ""
    whatsapp_sid: str = ""
    whatsapp_state: str = "none"
    start: str = ""
    version: str = ""
    contact: str = ""
    blocks: list[dict[str, str]] = field(default_factory=list)

    @property
    def label(self) -> Label:
        """What is said of the template as a whole."""
        own = self.own or self.language
        return Label(self.name, self.channel, self.topic, own, self.whatsapp_sid, self.whatsapp_state)

    @property
    def draft(self) -> Draft:
        """The words in the form's language."""
        media = [line.strip() for line in self.media.splitlines() if line.strip()]
        if self.channel != "email":
            return Draft(self.language, "", self.text, (), media)
        blocks = [_block(one) for one in self.blocks]
        if self.preheader.strip():
            blocks.append({"kind": "preheader", "text": self.preheader.strip()})
        return Draft(self.language, self.subject, self.text if not self.blocks else "", blocks, media)


def read(post: Mapping[str, str]) -> Typed:
    """The form as it was sent."""

    def said(name: str, otherwise: str = "") -> str:
        return post.get(name, otherwise).replace("\x00", "")

    plain: dict[str, Any] = {name: said(name) for name in asdict(Typed()) if name != "blocks"}
    typed = Typed(**plain)
    typed.whatsapp_state = typed.whatsapp_state or "none"
    for number in range(MOST + 1):
        kind = post.get(f"b{number}-kind", "")
        if kind in FORMS:
            entries = {one.name: said(f"b{number}-{one.name}", FIRST.get(one.name, "")) for one in FORMS[kind]}
            typed.blocks.append({"kind": kind} | entries)
    return typed


def acted(typed: Typed, do: str) -> bool:
    """Carry out what a button asks of the blocks: "add:text", "up:2", "down:2", "remove:2"; False for anything else."""
    verb, _, about = do.partition(":")
    blocks = typed.blocks
    if verb == "add" and about in KINDS:
        if len(blocks) < MOST:
            block = {"kind": about} | {one.name: FIRST.get(one.name, "") for one in FORMS[about]}
            last = next((n for n, one in enumerate(blocks) if one["kind"] == "footer"), len(blocks))
            blocks.insert(last if about != "footer" else len(blocks), block)
        return True
    if verb not in ("up", "down", "remove") or not (about.isascii() and about.isdigit() and len(about) < 4):
        return False
    place = int(about)
    if place < len(blocks):
        block = blocks.pop(place)
        if verb != "remove":
            blocks.insert(max(place - 1, 0) if verb == "up" else place + 1, block)
    return True


def typed_of(template: MessageTemplate, variant: TemplateVariant | None, language: str) -> Typed:
    """The form of words that are stored; `language` is the one that they are written in, perhaps a new one."""
    typed = typed_from(
        Label(
            template.name, template.channel, template.topic, template.language,
            template.whatsapp_sid, template.whatsapp_state,
        ),
        Draft(language, variant.subject, variant.text, variant.blocks, variant.media) if variant else Draft(language),
    )  # fmt: skip
    typed.own, typed.version = template.language, str(template.version)
    return typed


def typed_from(label: Label, draft: Draft) -> Typed:
    """The form of words that are not stored yet."""
    typed = Typed(
        name=label.name, channel=label.channel, topic=label.topic, language=draft.language, subject=draft.subject,
        whatsapp_sid=label.whatsapp_sid, whatsapp_state=label.whatsapp_state, media="\n".join(draft.media),
    )  # fmt: skip
    for block in draft.blocks:
        if block["kind"] == "preheader":
            typed.preheader = block["text"]
        else:
            entries = {one.name: _entry(block, one.name) for one in FORMS[block["kind"]]}
            typed.blocks.append({"kind": block["kind"]} | entries)
    typed.text = "" if typed.blocks else draft.text
    return typed


def _entry(block: Mapping[str, Any], name: str) -> str:
    found: Any = block
    for step in name.split("."):
        found = found.get(step, FIRST.get(step, "")) if isinstance(found, Mapping) else ""
    return str(found)


def _block(typed: Mapping[str, str]) -> dict[str, Any]:
    block: dict[str, Any] = {"kind": typed["kind"]}
    for one in FORMS[typed["kind"]]:
        value: Any = typed.get(one.name, "")
        if one.shape in ("level", "height"):
            value = int(value) if value.isascii() and value.isdigit() and len(value) < 5 else 0
        outer, dot, inner = one.name.partition(".")
        if dot:
            block.setdefault(outer, {})[inner] = value
        else:
            block[outer] = value
    return block
