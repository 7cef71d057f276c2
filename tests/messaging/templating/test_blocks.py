"""E-mail blocks: checked, made into a mail that clients show, and into the same words as plain text."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.templating.block_mail import mail_html, mail_text
from messaging.templating.blocks import KINDS, BadBlocks, Block, dumped, read_blocks
from messaging.templating.fields import fill, parse_html

EVERY: list[dict[str, Any]] = [
    {"kind": "preheader", "text": "{{ days_inactive|0 }}"},
    {"kind": "heading", "text": "Hello {{ contact.first_name|there }}"},
    {"kind": "text", "text": "**Bold** and *slanted*\nline\n\n- one\n- two\n\n[here]({{ data.url }})"},
    {"kind": "button", "label": "Go", "url": "https://example.org/?who={{ contact.email }}&a=1"},
    {"kind": "image", "src": "https://example.org/a.png", "alt": 'A "house"', "url": "https://example.org/"},
    {"kind": "columns", "left": {"title": "L", "text": "left"}, "right": {"label": "R", "url": "tel:+3906"}},
    {"kind": "quote", "text": "Best ever", "by": "Maria"},
    {"kind": "divider"},
    {"kind": "spacer", "height": 12},
    {"kind": "footer", "text": "Nova · [Stop]({{ unsubscribe_url }})"},
]


def blocks(*given: dict[str, Any]) -> list[Block]:
    return read_blocks(given)


class Seen(HTMLParser):
    """What a mail holds: its tags, links and pictures."""

    def __init__(self, mail: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.feed(mail)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]


def test_every_kind_of_block_is_tried_here() -> None:
    assert {one["kind"] for one in EVERY} == {"preheader", *KINDS}
    assert read_blocks(dumped(read_blocks(EVERY))) == read_blocks(EVERY)


def test_fields_survive_the_making_wherever_they_stand() -> None:
    words = parse_html(mail_html(blocks(*EVERY), subject="{{ contact.city|x }}"))
    assert sorted((one.name, one.place) for one in words.fields) == [
        ("contact.city", "html"),
        ("contact.email", "query"),
        ("contact.first_name", "html"),
        ("data.url", "link"),
        ("days_inactive", "html"),
        ("unsubscribe_url", "link"),
    ]


def test_the_mail_carries_its_styles_with_it() -> None:
    mail = mail_html(blocks({"kind": "text", "text": "[x](https://example.org)"}), language="es")
    assert '<a href="https://example.org" style="color: #0f6b52;text-decoration: underline;">x</a>' in mail
    assert "prefers-color-scheme: dark" in mail
    assert 'lang="es"' in mail
    assert "max-width:600px" in mail
    assert "http://" not in mail.replace("http://www.w3.org/", "")  # nothing is fetched from elsewhere


def test_the_plain_text_says_the_same() -> None:
    assert mail_text(blocks(*EVERY)) == (
        "Hello {{ contact.first_name|there }}\n\n"
        "Bold and slanted\nline\n\n- one\n- two\n\nhere ({{ data.url }})\n\n"
        "Go: https://example.org/?who={{ contact.email }}&a=1\n\n"
        '[A "house"] https://example.org/\n\n'
        "L\nleft\n\nR: tel:+3906\n\n"
        "> Best ever\n> — Maria\n\n--------------------\n\n"
        "Nova · Stop ({{ unsubscribe_url }})\n"
    )


@pytest.mark.parametrize(
    ("block", "place", "said"),
    [
        ({"kind": "marquee"}, "", "There is no such block."),
        ({}, "", "It does not say what kind of block it is."),
        ("text", "", "This does not fit."),
        ({"kind": "heading", "text": ""}, "text", "This cannot be empty."),
        ({"kind": "heading", "text": "x" * 301}, "text", "This is too long."),
        ({"kind": "button", "label": "x", "url": "javascript:alert(1)"}, "url", "An address begins with https://"),
        ({"kind": "image", "src": "http://a.org/x.png", "alt": "x"}, "src", "A picture’s address begins with https://"),
        ({"kind": "image", "src": "https://a.org/x.png", "alt": ""}, "alt", "This cannot be empty."),
        ({"kind": "text", "text": "x", "style": "y"}, "style", "There is no such field."),
        ({"kind": "columns", "left": {"text": "x"}, "right": {"label": "y"}}, "right.url", "A button needs"),
        ({"kind": "columns", "left": {}, "right": {"text": "y"}}, "left.text", "This column is empty."),
    ],
)
def test_a_block_that_cannot_be_is_refused_with_its_place(block: Any, place: str, said: str) -> None:
    with pytest.raises(BadBlocks) as refused:
        read_blocks([{"kind": "divider"}, block])
    [(where, sentence)] = refused.value.problems.items()
    assert where[0] == 1
    assert where[1].endswith(place)
    assert sentence.startswith(said)


def test_a_mail_of_a_thousand_blocks_is_refused() -> None:
    with pytest.raises(BadBlocks, match="at most 60"):
        read_blocks([{"kind": "divider"}] * 1000)


HOSTILE = st.text(max_size=60) | st.sampled_from(
    [
        "</p><script>alert(1)</script>",
        "</mj-text></mj-column><mj-raw><script>x</script></mj-raw>",
        "<mj-include path='/etc/passwd' />",
        "[x](javascript:alert(1))",
        '[x](https://a.org/"onclick="x)',
        "**<b>**",
        "zq0qz zq99qz",
        "\ue0000\ue001",
        "]]><!--",
        "{{ contact.first_name|<script> }}",
    ]
)


@settings(deadline=None, max_examples=60)
@given(HOSTILE, HOSTILE)
def test_nothing_that_is_typed_becomes_more_than_words(text: str, line: str) -> None:
    typed = blocks(
        {"kind": "preheader", "text": f"x{line}"},
        {"kind": "text", "text": f"x{text}"},
        {"kind": "heading", "text": f"x{line}"},
        {"kind": "image", "src": "https://a.org/x.png", "alt": f"x{line}"},
        {"kind": "quote", "text": f"x{text}", "by": line},
        {"kind": "footer", "text": f"x{text}"},
    )
    plain = blocks(*[{**one, **dict.fromkeys({"text", "alt", "by"} & set(one), "x")} for one in dumped(typed)])
    dressed = {"p", "br", "strong", "em", "a", "ul", "ol", "li"}
    seen, usual = (
        Seen(mail_html(typed, subject=line)),
        Seen(mail_html(plain, subject="x")),
    )
    assert [tag for tag in seen.tags if tag not in dressed] == [tag for tag in usual.tags if tag not in dressed]
    assert all(link.startswith(("https://", "http://", "mailto:", "tel:", "{{")) for link in seen.links)


def test_a_mail_is_filled_without_harm() -> None:
    words = parse_html(mail_html(blocks(*EVERY)))
    values = {
        "contact.first_name": "<script>x</script>",
        "contact.email": 'a&b="c',
        "data.url": "https://a.org/?x=1&y=2",
    }
    mail = fill(words, values, otherwise=lambda name: "x")
    seen = Seen(mail)
    assert "script" not in seen.tags
    assert "https://a.org/?x=1&y=2" in seen.links
    assert "https://example.org/?who=a%26b%3D%22c&a=1" in seen.links


def test_a_mail_in_arabic_is_written_from_the_right() -> None:
    mail = mail_html(
        blocks({"kind": "text", "text": "مرحبا"}, {"kind": "button", "label": "x", "url": "tel:1"}), language="ar"
    )
    assert 'lang="ar" dir="rtl"' in mail
    assert "text-align:right" in mail
    assert "text-align:left;color" not in mail
