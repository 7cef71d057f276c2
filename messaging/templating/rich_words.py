"""The little mark-up of e-mail blocks: paragraphs, lists, **bold**, *italic*, [words](https://address).

Everything is escaped first, so what somebody types can only ever become the few tags named here.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import nh3

from messaging.templating.fields import ANY as FIELD

TAGS = {"p", "br", "strong", "em", "a", "ul", "ol", "li"}
#: Private-use letters (Unicode 23.5) that hold a field's place while the rest is worked on.
OPEN, CLOSE = "\ue000", "\ue001"

_TOKEN = re.compile(f"{OPEN}(\\d+){CLOSE}")
_LINK = re.compile(r"\[([^\[\]\n]{1,200})\]\(\s*([^\s()<>]{1,1000})\s*\)")
_BARE = re.compile(r"(?<![\"'=>/\w])https?://[^\s<>\"']{0,1000}[^\s<>\"'.,;:!?)*_]")
_BOLD = re.compile(r"\*\*(?=\S)(.{1,2000}?)(?<=\S)\*\*", re.DOTALL)
_ITALIC = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?![\w*])")
_ITEM = re.compile(r"(?:[-*•]|(\d{1,3})[.)])\s+(.*)")
_GOOD = re.compile(rf"(?:https?://|mailto:|tel:|{OPEN})", re.IGNORECASE)


def held(text: str, fields: list[str]) -> str:
    """The text with a token for each field, which is added to the list; control and token letters are left out."""
    text = "".join(
        one for one in text if one in "\n\t" or (one.isprintable() and one not in (OPEN, CLOSE)) or one == "\u200d"
    )

    def token(found: re.Match[str]) -> str:
        fields.append(found[0])
        return f"{OPEN}{len(fields) - 1}{CLOSE}"

    return FIELD.sub(token, text)


def put_back(text: str, fields: list[str], dressed: Callable[[str], str] = html.escape) -> str:
    """The fields in the places of their tokens."""
    return _TOKEN.sub(lambda found: dressed(fields[int(found[1])]), text)


def rich_html(text: str, fields: list[str]) -> str:
    """Safe HTML of what was typed, with tokens for the fields."""
    parts = re.split(r"\n[ \t]*\n+", held(text.replace("\r\n", "\n").replace("\r", "\n"), fields).strip())
    made = "".join(_block(part) for part in parts if part.strip())
    return (
        nh3.clean(
            made, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"}, link_rel=None
        )
        if OPEN not in made
        else _cleaned(made)
    )


def rich_text(text: str) -> str:
    """The same as plain words: marks taken off, a link's address beside its words."""
    fields: list[str] = []
    text = held(text.replace("\r\n", "\n").replace("\r", "\n").strip(), fields)
    text = _LINK.sub(lambda found: found[2] if found[1] == found[2] else f"{found[1]} ({found[2]})", text)
    return put_back(_ITALIC.sub(r"\1", _BOLD.sub(r"\1", text)), fields, str)


def good_address(address: str) -> bool:
    """Whether it can be the address of a link or picture: of the web, mail or telephone, or a field alone."""
    return bool(_GOOD.match(held(address.strip(), [])))


def _cleaned(made: str) -> str:
    """Clean with tokens in addresses, which the cleaner would take for relative ones."""
    stand_in = made.replace(f'href="{OPEN}', f'href="https://field.invalid/{OPEN}')
    safe = nh3.clean(
        stand_in, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"http", "https", "mailto", "tel"}, link_rel=None
    )
    return safe.replace(f'href="https://field.invalid/{OPEN}', f'href="{OPEN}')


def _block(part: str) -> str:
    lines = part.split("\n")
    items = [_ITEM.fullmatch(line.strip()) for line in lines if line.strip()]
    if all(items):
        found = [one for one in items if one]
        tag = "ol" if found[0][1] else "ul"
        return f"<{tag}>" + "".join(f"<li>{_inline(one[2])}</li>" for one in found) + f"</{tag}>"
    return f"<p>{_inline(part.strip()).replace(chr(10), '<br>')}</p>"


def _inline(text: str) -> str:
    text = html.escape(text)
    text = _LINK.sub(lambda found: _link(found[2], found[1]) or found[0], text)
    text = _BARE.sub(lambda found: _link(found[0], found[0]), text)
    return _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", text))


def _link(address: str, words: str) -> str:
    return f'<a href="{address}">{words}</a>' if _GOOD.match(address) else ""
