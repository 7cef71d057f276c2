"""What an e-mail is built of, one block under the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from messaging.templating.rich_words import good_address

MOST = 60


class BadBlocks(ValueError):
    """Blocks that cannot be stored: a sentence for each place, by (number of the block from 0, name of the field)."""

    def __init__(self, problems: dict[tuple[int, str], str]) -> None:
        self.problems = problems
        super().__init__(" ".join(f"Block {number + 1}: {said}" for (number, _), said in problems.items()))


def _address(value: str) -> str:
    value = value.strip()
    if value and not good_address(value):
        raise ValueError("An address begins with https://, mailto: or tel:, or is a field.")
    return value


def _picture(value: str) -> str:
    value = value.strip()
    if value and not value.lower().startswith("https://"):
        raise ValueError("A picture’s address begins with https://.")
    return value


Line = Annotated[str, Field(max_length=300)]
Prose = Annotated[str, Field(max_length=20_000)]
Address = Annotated[str, Field(max_length=1000), AfterValidator(_address)]
Picture = Annotated[str, Field(max_length=1000), AfterValidator(_picture)]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Heading(_Block):
    kind: Literal["heading"] = "heading"
    text: Annotated[Line, Field(min_length=1)]
    level: Literal[1, 2] = 1


class Text(_Block):
    """Paragraphs in the little mark-up of `rich_words`."""

    kind: Literal["text"] = "text"
    text: Annotated[Prose, Field(min_length=1)]


class Button(_Block):
    kind: Literal["button"] = "button"
    label: Annotated[Line, Field(min_length=1)]
    url: Annotated[Address, Field(min_length=1)]


class Image(_Block):
    """`alt` says what is seen, for who does not see it; `url` is where a click leads."""

    kind: Literal["image"] = "image"
    src: Annotated[Picture, Field(min_length=1)]
    alt: Annotated[Line, Field(min_length=1)]
    url: Address = ""


class Divider(_Block):
    kind: Literal["divider"] = "divider"


class Spacer(_Block):
    """`height` in pixels."""

    kind: Literal["spacer"] = "spacer"
    height: Annotated[int, Field(ge=4, le=120)] = 24


class Quote(_Block):
    kind: Literal["quote"] = "quote"
    text: Annotated[Prose, Field(min_length=1)]
    by: Line = ""


class Side(_Block):
    """One of two columns; what is empty is left out."""

    title: Line = ""
    text: Prose = ""
    src: Picture = ""
    alt: Line = ""
    label: Line = ""
    url: Address = ""


class Columns(_Block):
    kind: Literal["columns"] = "columns"
    left: Side
    right: Side


class Preheader(_Block):
    """What lists of mails show beside the subject; not seen in the mail itself."""

    kind: Literal["preheader"] = "preheader"
    text: Line = ""


class Footer(_Block):
    """Small words under the sheet: who you are and where."""

    kind: Literal["footer"] = "footer"
    text: Annotated[Prose, Field(min_length=1)]


Block = Annotated[
    Heading | Text | Button | Image | Divider | Spacer | Quote | Columns | Footer | Preheader,
    Field(discriminator="kind"),
]
ONE: TypeAdapter[Block] = TypeAdapter(Block)

#: Kind -> what people call it, and its icon; the preheader is asked for apart.
KINDS: dict[str, tuple[str, str]] = {
    "heading": ("Heading", "heading"),
    "text": ("Text", "text"),
    "button": ("Button", "mouse-pointer-click"),
    "image": ("Image", "image"),
    "columns": ("Two columns", "columns-2"),
    "quote": ("Quote", "quote"),
    "divider": ("Line", "minus"),
    "spacer": ("Space", "move-vertical"),
    "footer": ("Footer", "panel-bottom"),
}

_SAID = {
    "string_too_short": "This cannot be empty.",
    "string_too_long": "This is too long.",
    "missing": "This is missing.",
    "extra_forbidden": "There is no such field.",
    "union_tag_invalid": "There is no such block.",
    "union_tag_not_found": "It does not say what kind of block it is.",
}


def read_blocks(given: Sequence[Any]) -> list[Block]:
    """The blocks from plain dictionaries. Raises BadBlocks."""
    if len(given) > MOST:
        raise BadBlocks({(MOST, ""): f"A mail has at most {MOST} blocks."})
    blocks: list[Block] = []
    problems: dict[tuple[int, str], str] = {}
    for number, one in enumerate(given):
        try:
            block = ONE.validate_python(one)
        except ValidationError as refused:
            for error in refused.errors(include_url=False):
                place = ".".join(str(step) for step in error["loc"][1:])
                said = str(error["ctx"]["error"]) if error["type"] == "value_error" else _SAID.get(error["type"])
                problems.setdefault((number, place), said or "This does not fit.")
            continue
        problems |= {(number, name): said for name, said in _together(block)}
        blocks.append(block)
    if problems:
        raise BadBlocks(problems)
    return blocks


def preheader_of(blocks: Sequence[Block]) -> str:
    return next((one.text for one in blocks if isinstance(one, Preheader)), "")


def dumped(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The blocks as they are stored."""
    return [one.model_dump(mode="json") for one in blocks]


def words_in(block: Block) -> Iterator[tuple[str, str]]:
    """Every text of a block in which fields may stand, with its name."""
    for name, value in block.model_dump(exclude={"kind", "level", "height"}).items():
        if isinstance(value, dict):
            yield from ((f"{name}.{inner}", said) for inner, said in value.items())
        else:
            yield name, value


def _together(block: Block) -> Iterator[tuple[str, str]]:
    """What fields of a block say of one another."""
    if not isinstance(block, Columns):
        return
    for name, side in (("left", block.left), ("right", block.right)):
        if side.src and not side.alt:
            yield f"{name}.alt", "Say what the picture shows."
        if bool(side.label) != bool(side.url):
            yield f"{name}.{'url' if side.label else 'label'}", "A button needs words and an address."
        if not (side.title or side.text or side.src or side.label):
            yield f"{name}.text", "This column is empty."
