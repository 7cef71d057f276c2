"""The last touch on a mail: what people read stays, every link comes back, and the way out is always there."""

from __future__ import annotations

import time
from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.tracking import tokens
from messaging.tracking.links import links_of, rewritten
from messaging.tracking.marking import Marked, marked

SITE = "https://crm.example"
VOID = {"area", "base", "br", "hr", "img", "input", "link", "meta", "wbr"}


def mark(html: str = "<p>Hello</p>", text: str = "Hello", **changed: Any) -> Marked:
    known: dict[str, Any] = {"message_id": 7, "contact_id": 3, "topic": "marketing", "track": True}
    return marked(html, text, **known | {"site": SITE, "postal_address": "1 Long Road"} | changed)


class Reader(HTMLParser):
    """Reads HTML slowly and by the book: all links, all words, and the tags with what they hold."""

    CDATA_CONTENT_ELEMENTS = ("script", "style", "title", "textarea")

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.words: list[str] = []
        self.tags: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self._raw = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        first = next((value for name, value in attrs if name == "href"), None)
        if tag in ("a", "area") and first is not None:
            self.links.append(first.strip(" \t\n\r\f"))
        self.tags.append((tag, tuple((name, value) for name, value in attrs if name != "href")))
        self._raw = tag if tag in ("style", "script", "title", "textarea") else ""

    def handle_endtag(self, tag: str) -> None:
        self._raw = ""

    def handle_data(self, data: str) -> None:
        if not self._raw:
            self.words.append(data)


def resolved(link: str) -> str:
    start = f"{SITE}/t/c/"
    return tokens.read_click(link.removeprefix(start)).url if link.startswith(start) else link


words = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20).map(escape)
urls = st.one_of(
    st.sampled_from(
        [
            "mailto:a@b.example",
            "tel:+49301",
            "#top",
            "",
            "/relative",
            "//no.example",
            "javascript:x",
            "ftp://x.example",
            f"{SITE}/t/u/abc",
            f"{SITE}/p/x/",
        ]
    ),
    st.text("abcäß&=?;<>'\"%/#", max_size=12).map(lambda end: f"https://school.example/{end}"),
    st.just("HTTP://School.Example/A b"),
)


@st.composite
def anchors(draw: st.DrawFn) -> str:
    url, quote = draw(urls), draw(st.sampled_from(["'", '"']))
    before = draw(st.sampled_from(["", ' class="x > y"', " data-href='https://no.example'", ' title="<a href=https://no.example>"', " disabled"]))  # fmt: skip
    name = draw(st.sampled_from(["href", "HREF", "Href"]))
    equals = draw(st.sampled_from(["=", " = ", "=\n"]))
    after = draw(st.sampled_from(["", ' style="color:red"', ' href="https://second.example"', "\n", " /"]))
    tag = draw(st.sampled_from(["a", "A", "area"]))
    return f"<{tag}{before} {name}{equals}{quote}{escape(url)}{quote}{after}>{draw(words)}</{tag}>"


fillers = st.sampled_from(
    [
        "<!-- <a href='https://no.example'>x</a> -->",
        "<!--[if mso]><v:rect href='https://no.example'></v:rect><a href=\"https://no.example\">x</a><![endif]-->",
        "<style>a[href='https://no.example'] > b { color: red }</style>",
        "<script>'<a href=\"https://no.example\">'</script>",
        "<title><a href='https://no.example'></title>",
        "<p title='<a href=\"https://no.example\">'>words</p>",
        "<br><img src=\"https://pictures.example/1.png\" alt='>'>",
        "<abbr href='https://no.example'>x</abbr><address>y</address><article>z</article>",
        "&amp; &lt;a href='https://no.example'&gt; 3 < 4 and 5 > 4",
        "<link href='https://no.example'><base target=_blank>",
        "</p title='<a href=\"https://no.example\">'>",
        "<!doctype html>",
    ]
)
mails = st.lists(st.one_of(anchors(), fillers, words), max_size=12).map("".join)


@given(mails)
def test_every_link_leads_where_it_led_and_nothing_else_changes(html: str) -> None:
    before, after = Reader(html), Reader(rewritten(html, lambda url: f"{SITE}/t/c/{tokens.click_token(7, url)}"))
    assert [resolved(link) for link in after.links] == before.links
    assert after.words == before.words
    assert after.tags == before.tags


@given(mails)
def test_the_fast_reading_finds_the_links_that_a_slow_parser_finds(html: str) -> None:
    assert links_of(html) == [link for link in Reader(html).links if tokens.is_web_address(link)]


@given(mails)
def test_what_people_read_is_followed_by_the_footer_and_nothing_else(html: str) -> None:
    there = Reader(mark(html).html).words
    assert "".join(there).startswith("".join(Reader(html).words))


@given(st.text())
def test_no_html_however_broken_stops_a_mail(html: str) -> None:
    mark(html)
    assert links_of(html) is not None


@given(mails)
def test_marking_what_is_marked_changes_no_link_again(html: str) -> None:
    once = mark(html).html
    assert links_of(mark(once).html)[: len(links_of(once)) - 2] == links_of(once)[: len(links_of(once)) - 2]
    counted = rewritten(once, lambda url: None if url.startswith(f"{SITE}/t/") else "!")
    assert counted.count("/t/c/") == once.count("/t/c/")


def test_bytes_beside_the_links_stay() -> None:
    html = "<BODY  bgcolor=white>\r\n<A\thref='https://a.example/?x=1&amp;y=2'  CLASS=b >Go&nbsp;on</A ></BODY >\r\n"
    link = f"{SITE}/t/c/{tokens.click_token(7, 'https://a.example/?x=1&y=2')}"
    there = mark(html).html
    assert there.startswith(f"<BODY  bgcolor=white>\r\n<A\thref='{link}'  CLASS=b >Go&nbsp;on</A ><div ")
    assert there.endswith("</BODY >\r\n")


def test_the_pixel_stands_at_the_very_end_of_the_body() -> None:
    there = mark("<html><body><p>Hello</p></body></html>").html
    pixel = there.rindex("<img ")
    assert there[there.index(">", pixel) + 1 :] == "</body></html>"
    token = there[pixel:].partition("/t/o/")[2].partition('"')[0]
    assert tokens.read_open(token) == 7


def test_the_hidden_link_meets_no_eye_no_keyboard_and_no_screen_reader() -> None:
    hidden = [(tag, dict(about)) for tag, about in Reader(mark().html).tags if dict(about).get("aria-hidden")]
    assert hidden == [("a", {"style": "display:none", "tabindex": "-1", "aria-hidden": "true", "rel": "nofollow"})]
    link = next(link for link in Reader(mark().html).links if "/t/c/" in link)
    assert resolved(link) == ""


def test_without_tracking_there_is_no_pixel_and_links_are_plain_and_the_way_out_stays() -> None:
    there = mark('<a href="https://a.example">x</a>', track=False)
    assert "/t/o/" not in there.html
    assert "/t/c/" not in there.html
    assert "https://a.example" in there.html
    assert "/t/u/" in there.html
    assert dict(there.headers)["List-Unsubscribe"]


def test_marketing_says_where_it_comes_from_and_how_to_leave_in_both_parts() -> None:
    there = mark(postal_address="Müller & Co, 1 Long Road")
    assert "Müller &amp; Co" in there.html
    assert "Müller & Co" in there.text
    leaving = f"{SITE}/t/u/{tokens.unsubscribe_token(3, 'email', 'marketing', 7)}"
    assert leaving in there.html
    assert f"Unsubscribe: {leaving}\n" in there.text


def test_service_mail_has_the_preferences_only() -> None:
    there = mark(topic="service")
    assert "/t/u/" not in there.html + there.text
    assert "1 Long Road" not in there.html + there.text
    assert f"{SITE}/p/{tokens.preferences_token(3, 7)}/" in there.html
    assert f"{SITE}/p/{tokens.preferences_token(3, 7)}/" in there.text
    assert there.headers == ()


def test_the_headers_are_those_of_rfc_8058() -> None:
    there = dict(mark(reply_to="reply+7.abc123@in.example").headers)
    assert there["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    web, mail = there["List-Unsubscribe"].split(", ")
    assert web == f"<{SITE}/t/u/{tokens.unsubscribe_token(3, 'email', 'marketing', 7)}>"
    assert mail == "<mailto:reply+7.abc123@in.example?subject=unsubscribe>"
    assert all(name.isascii() and value.isascii() and value.isprintable() for name, value in there.items())


@pytest.mark.parametrize(("language", "word"), [("pt-BR", "Cancelar a inscrição"), ("DE_at", "Abmelden"), ("xx", "Unsubscribe"), ("", "Unsubscribe")])  # fmt: skip
def test_the_way_out_is_called_so_in_the_contacts_language(language: str, word: str) -> None:
    there = mark(language=language)
    assert f">{word}</a>" in there.html
    assert f"\n{word}: {SITE}/t/u/" in there.text


def test_a_mail_without_html_stays_without() -> None:
    assert mark(html="").html == ""


def test_words_in_the_text_part_stay_as_they_were() -> None:
    assert mark(text="See https://a.example/x\n").text.startswith("See https://a.example/x\n\n-- \n")


def test_a_link_too_long_for_a_token_stays_plain() -> None:
    long = f"https://a.example/{'x' * 5000}"
    assert long in mark(f'<a href="{long}">x</a>').html


@pytest.mark.parametrize("start", ["<a ", "<a href='", '<a x="', "<!--", "<style>", "<a href=", "<", "</body", "<p title='"])  # fmt: skip
def test_no_mail_makes_the_reading_slow(start: str) -> None:
    started = time.perf_counter()
    mark(start * 20_000)
    assert time.perf_counter() - started < 2


def test_two_thousand_mails_a_second_are_marked_on_one_core() -> None:
    """A mail of 8 kB with eight links; measured at 5,000 a second, so the bound leaves room for a busy machine."""
    html = "<html><body>" + "<table><tr><td><p>Some words &amp; more of them</p></td></tr></table>" * 90
    html += "".join(f'<a href="https://school.example/?a={n}">Go</a>' for n in range(8)) + "</body></html>"
    started = time.process_time()
    for number in range(200):
        mark(html, message_id=number)
    assert time.process_time() - started < 0.2
