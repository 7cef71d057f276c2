"""Blocks as a mail: MJML, then HTML for mail clients with its styles inlined, and the same words as plain text.

Made once, when a template is saved. What somebody typed never passes through MJML, whose renderer changes quotation
marks and rare letters: tokens stand in its place, and again for each merge field while the styles are inlined.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from itertools import groupby
from typing import assert_never

import css_inline
import mrml

from messaging.templating.blocks import (
    Block,
    Button,
    Columns,
    Divider,
    Footer,
    Heading,
    Image,
    Preheader,
    Quote,
    Side,
    Spacer,
    Text,
    preheader_of,
)  # fmt: skip
from messaging.templating.rich_words import held, put_back, rich_html, rich_text

FONT = "-apple-system, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
PAPER, SHEET, INK, SOFT, LINE, ACCENT = "#f6f4f0", "#ffffff", "#2b2721", "#6b655c", "#e8e4dd", "#0f6b52"

#: Languages written from right to left (CLDR), by their base tag.
RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur", "ps", "sd", "ug", "yi", "ckb", "dv"})

_INLINER = css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False)
_OPTIONS = mrml.RenderOptions(disable_comments=False, fonts={})


# Mail clients that know no dark mode ignore the query; those that do keep it, since it is not inlined.
def _style(start: str) -> str:
    """The rules, for text that begins on the left or right."""
    return f"""
.rich p {{ margin: 0 0 14px; }}
.rich ul, .rich ol {{ margin: 0 0 14px; padding: 0; padding-{start}: 22px; }}
.rich a {{ color: {ACCENT}; text-decoration: underline; }}
.quote > div {{ border-{start}: 3px solid {LINE}; padding-{start}: 14px; }}
@media (prefers-color-scheme: dark) {{
  .quote > div {{ border-{start}-color: #2c3430 !important; }}
  body, .paper {{ background: #121715 !important; background-color: #121715 !important; }}
  .sheet, .sheet > table {{ background: #1a201d !important; background-color: #1a201d !important; }}
  .ink div {{ color: #ecebe5 !important; }}
  .soft div {{ color: #a2a89f !important; }}
  .rich a {{ color: #6fd3ab !important; }}
  .cta table td, .cta a {{ background: #6fd3ab !important; color: #0d1a15 !important; }}
  .rule p {{ border-top-color: #2c3430 !important; }}
}}
"""


_TOKEN = re.compile(r"zq(\d+)qz")


class _Draft:
    """What stands behind the tokens of a mail in the making."""

    def __init__(self, towards: str) -> None:
        #: For mail clients, which take the direction of a part from nothing further out.
        self.dir = ' dir="rtl"' if towards == "rtl" else ""
        self.parts: list[str] = []
        self.fields: list[str] = []

    def line(self, text: str) -> str:
        """A token for one line of plain words or an address."""
        return self._token(html.escape(" ".join(held(text, self.fields).split())))

    def rich(self, text: str, more: str = "") -> str:
        """A token for paragraphs, and for a last line of plain words after them."""
        after = f"<p>{html.escape(held(more, self.fields))}</p>" if more else ""
        made = rich_html(text, self.fields) + after
        return self._token(f"<div{self.dir}>{made}</div>" if self.dir else made)

    def filled(self, made: str) -> str:
        """The mail with what the tokens stand for, once."""
        return _TOKEN.sub(lambda found: self.parts[int(found[1])], made)

    def _token(self, part: str) -> str:
        self.parts.append(part)
        return f"zq{len(self.parts) - 1}qz"


def mail_html(blocks: Sequence[Block], *, subject: str = "", language: str = "en") -> str:
    """The whole mail, 600 pixels wide, readable in the dark, with {{ fields }} where they were."""
    towards, align = ("rtl", "right") if language.partition("-")[0] in RIGHT_TO_LEFT else ("ltr", "left")
    draft = _Draft(towards)
    preheader = preheader_of(blocks)
    shown = [one for one in blocks if not isinstance(one, Preheader)]
    body = "".join(
        _section(foot, list(some), draft) for foot, some in groupby(shown, lambda one: isinstance(one, Footer))
    )
    preview = f"<mj-preview>{draft.line(preheader)}</mj-preview>" if preheader else ""
    mjml = (
        f'<mjml lang="{draft.line(language)}" dir="{towards}"><mj-head>{preview}<mj-attributes>'
        f'<mj-all font-family="{FONT}" /><mj-text align="{align}" font-size="15px" line-height="24px" color="{INK}"'
        f' padding="0 28px" /><mj-button align="{align}" /><mj-section direction="{towards}" />'
        f"</mj-attributes><mj-style>{_style(align)}</mj-style></mj-head>"
        f'<mj-body width="600px" background-color="{PAPER}" css-class="paper">'
        f'<mj-section padding="12px 0"><mj-column><mj-spacer height="1px" /></mj-column></mj-section>'
        f"{body}</mj-body></mjml>"
    )
    made = mrml.to_html(mjml, render_options=_OPTIONS).content
    head = f'<meta name="color-scheme" content="light dark"><title>{draft.line(subject)}</title></head>'
    made = made.replace("<title></title>", "", 1).replace("</head>", head, 1)
    return put_back(_INLINER.inline(draft.filled(made)), draft.fields)


def mail_text(blocks: Sequence[Block]) -> str:
    """The same words without their dress."""
    return "\n\n".join(said for block in blocks if (said := _plain(block))).strip() + "\n"


def _section(foot: bool, blocks: list[Block], draft: _Draft) -> str:
    """Blocks that stand on the sheet together, or under it."""
    if foot:
        inside = "".join(_one(block, draft) for block in blocks)
        return f'<mj-section padding="16px 0 28px"><mj-column>{inside}</mj-column></mj-section>'
    parts = []
    for wide, some in groupby(blocks, lambda one: isinstance(one, Columns)):
        if wide:
            parts += [_columns(one, draft) for one in some if isinstance(one, Columns)]
        else:
            parts.append("<mj-column>" + "".join(_one(one, draft) for one in some) + "</mj-column>")
    sections = []
    for number, part in enumerate(parts):
        above, below = ("28px" if number == 0 else "4px"), ("24px" if number == len(parts) - 1 else "4px")
        round_ = f"{_corner(number == 0)} {_corner(number == 0)} {_corner(below == '24px')} {_corner(below == '24px')}"
        sections.append(
            f'<mj-section css-class="sheet" background-color="{SHEET}" border-radius="{round_}"'
            f' padding="{above} 0 {below}">{part}</mj-section>'
        )
    return "".join(sections)


def _corner(outer: bool) -> str:
    return "12px" if outer else "0"


def _columns(block: Columns, draft: _Draft) -> str:
    return "".join(f'<mj-column width="50%">{_side(side, draft)}</mj-column>' for side in (block.left, block.right))


def _side(side: Side, draft: _Draft) -> str:
    made = ""
    if side.src:
        made += _image(side.src, side.alt, side.url if not side.label else "", draft)
    if side.title:
        made += _heading(side.title, 2, draft)
    if side.text:
        made += _rich(side.text, draft)
    if side.label:
        made += _button(side.label, side.url, draft)
    return made


def _one(block: Block, draft: _Draft) -> str:
    match block:
        case Heading():
            return _heading(block.text, block.level, draft)
        case Text():
            return _rich(block.text, draft)
        case Button():
            return _button(block.label, block.url, draft)
        case Image():
            return _image(block.src, block.alt, block.url, draft)
        case Divider():
            return f'<mj-divider css-class="rule" border-width="1px" border-color="{LINE}" padding="10px 28px 20px" />'
        case Spacer():
            return f'<mj-spacer height="{block.height}px" />'
        case Quote():
            by = f"— {block.by}" if block.by else ""
            return (
                f'<mj-text css-class="soft rich quote" color="{SOFT}" font-style="italic" padding="4px 28px 16px">'
                f"{draft.rich(block.text, by)}</mj-text>"
            )
        case Footer():
            return (
                f'<mj-text css-class="soft rich" color="{SOFT}" font-size="12px" line-height="18px" align="center">'
                f"{draft.rich(block.text)}</mj-text>"
            )
        case Columns() | Preheader():
            raise TypeError("This has a place of its own.")
        case _:
            assert_never(block)


def _heading(text: str, level: int, draft: _Draft) -> str:
    size, line, above = (("22px", "28px", "0"), ("17px", "24px", "6px"))[level - 1]
    return (
        f'<mj-text css-class="ink" font-size="{size}" line-height="{line}" font-weight="700"'
        f' padding="{above} 28px 10px"><h{level}{draft.dir} style="margin:0;font:inherit">{draft.line(text)}</h{level}></mj-text>'
    )


def _rich(text: str, draft: _Draft) -> str:
    return f'<mj-text css-class="ink rich">{draft.rich(text)}</mj-text>'


def _button(label: str, url: str, draft: _Draft) -> str:
    return (
        f'<mj-button css-class="cta" href="{draft.line(url)}" background-color="{ACCENT}"'
        f' color="#ffffff" font-size="15px" font-weight="600" border-radius="8px" inner-padding="12px 20px"'
        f' padding="6px 28px 20px">{draft.line(label)}</mj-button>'
    )


def _image(src: str, alt: str, url: str, draft: _Draft) -> str:
    link = f' href="{draft.line(url)}"' if url else ""
    return (
        f'<mj-image src="{draft.line(src)}" alt="{draft.line(alt)}"{link} border-radius="8px"'
        f' padding="4px 28px 16px" />'
    )


def _plain(block: Block) -> str:
    match block:
        case Heading():
            return block.text.strip()
        case Text() | Footer():
            return rich_text(block.text)
        case Button():
            return f"{block.label.strip()}: {block.url}"
        case Image():
            return f"[{block.alt.strip()}]" + (f" {block.url}" if block.url else "")
        case Divider():
            return "-" * 20
        case Spacer() | Preheader():
            return ""
        case Quote():
            lines = [f"> {line}".rstrip() for line in rich_text(block.text).split("\n")]
            return "\n".join([*lines, *([f"> — {block.by}"] if block.by else [])])
        case Columns():
            return "\n\n".join(said for side in (block.left, block.right) if (said := _plain_side(side)))
        case _:
            assert_never(block)


def _plain_side(side: Side) -> str:
    button = f"{side.label}: {side.url}" if side.label else ""
    picture = f"[{side.alt}]" if side.src else ""
    return "\n".join(one for one in (side.title, rich_text(side.text), picture, button) if one)
