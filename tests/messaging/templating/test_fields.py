"""Merge fields: read once, filled for many; what cannot be read or filled is refused with its place."""

from __future__ import annotations

from html.parser import HTMLParser
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.templating.fields import FIELDS, BadWords, CannotFill, check, each, fill, parse, parse_html
from messaging.templating.plain_letters import letter_html
from messaging.templating.rich_words import rich_html, rich_text

MARIA = {"contact.first_name": "Maria", "contact.city": "São Paulo", "data.url": "https://example.org/a?b=1&c=2"}


@pytest.mark.parametrize(
    ("text", "maria", "nobody"),
    [
        ("Hi {{ contact.first_name|there }},", "Hi Maria,", "Hi there,"),
        ('Hi {{contact.first_name|default:"there"}},', "Hi Maria,", "Hi there,"),
        ("Hi {{ contact.first_name | default: 'there' }},", "Hi Maria,", "Hi there,"),
        ("Hi{{ contact.first_name| }},", "HiMaria,", "Hi,"),
        ("{{ contact.custom.visa-type|your visa }}", "your visa", "your visa"),
        ("No fields { at } all", "No fields { at } all", "No fields { at } all"),
        ("", "", ""),
    ],
)
def test_fields_are_filled_and_fall_back(text: str, maria: str, nobody: str) -> None:
    assert fill(parse(text), MARIA) == maria
    assert fill(parse(text), {}) == nobody


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "Dear all\n{{ contact.frist_name }}",
            "Line 2: {{ contact.frist_name }} is not a field; did you mean contact.first_name?",
        ),
        ("{{ city }}", "Line 1: {{ city }} is not a field; did you mean contact.city?"),
        (
            "{{ contact.custom.visa_tipe }}",
            "Line 1: {{ contact.custom.visa_tipe }} is not a field; did you mean contact.custom.visa_type?",
        ),
        ("{{ contact.password }}", "Line 1: {{ contact.password }} is not a field."),
        ("{{ 1 + 1 }}", "Line 1: {{ 1 + 1 }} is not a field."),
        ("\n\n{{ oops", "Line 3: {{ is opened and not closed."),
        ("oops }}", "Line 1: }} closes nothing."),
        (
            "x\n{% for a in b %}{% endfor %}",
            "Line 2: {% for a in b %} is not understood: there are fields, no loops.",
        ),
        ("{# note #}", "Line 1: {# note #} is not understood: there are fields, no loops."),
    ],
)
def test_what_is_no_field_is_refused_with_its_line(text: str, said: str) -> None:
    assert said in check(text, frozenset({"visa_type"}))


def test_each_field_of_the_list_can_be_used() -> None:
    assert check(" ".join(f"{{{{ {name} }}}}" for name in FIELDS)) == []


def test_an_empty_value_without_a_fallback_stops_the_words() -> None:
    with pytest.raises(CannotFill) as refused:
        fill(parse("Dear {{ contact.first_name }}, from {{ contact.city }}"), {"contact.city": ""})
    assert str(refused.value) == (
        "{{ contact.first_name }}, {{ contact.city }} are empty for this contact, and no words stand in for them."
    )


def test_a_value_never_reads_as_a_field() -> None:
    once = fill(parse("{{ contact.first_name }}!"), {"contact.first_name": "{{ contact.email }}"})
    assert list(each(once)) == []
    assert fill(parse(once), {}) == once


@pytest.mark.parametrize(
    ("words", "value", "filled"),
    [
        ("<p>{{ contact.first_name }}</p>", '<b onclick="x">&', "<p>&lt;b onclick=&quot;x&quot;&gt;&amp;</p>"),
        ('<img alt="{{ contact.first_name }}">', '"><script>', '<img alt="&quot;&gt;&lt;script&gt;">'),
        ('<a href="{{ data.url }}">', "https://a.org/?b=1&c=2", '<a href="https://a.org/?b=1&amp;c=2">'),
        ('<a href="https://a.org/{{ data.url }}">', "x/y?z", '<a href="https://a.org/x/y%3Fz">'),
        (
            '<a href="https://a.org/?q={{ data.url }}&amp;r=1">',
            "a&b=c/d",
            '<a href="https://a.org/?q=a%26b%3Dc%2Fd&amp;r=1">',
        ),
        ('<a href="https://a.org{{ data.url }}">', "/x", '<a href="https://a.org/x">'),
        ("<p>{{ contact.first_name|&quot;there&quot; }}</p>", "", "<p>there</p>"),
        ("<p>{{ contact.first_name|a &lt; b }}</p>", "", "<p>a &lt; b</p>"),
        ("<style>@media x{a{b:c}}</style>", "", "<style>@media x{a{b:c}}</style>"),
    ],
)
def test_html_is_filled_for_the_place_where_the_field_stands(words: str, value: str, filled: str) -> None:
    assert fill(parse_html(words), {"contact.first_name": value, "data.url": value}) == filled


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "x", "\tjava script:"]
)
def test_a_value_that_is_no_address_makes_no_link(address: str) -> None:
    with pytest.raises(CannotFill, match="which is no address"):
        fill(parse_html('<a href="{{ data.url }}">x</a>'), {"data.url": address})


@pytest.mark.parametrize("address", ["@evil.example", ".evil.example", ":8080"])
def test_a_value_cannot_change_the_site_of_a_link(address: str) -> None:
    with pytest.raises(CannotFill, match="the site that a link leads to"):
        fill(parse("See https://example.org{{ data.path }}"), {"data.path": address})


def test_an_address_in_plain_words_is_quoted() -> None:
    assert fill(parse("https://a.org/?c={{ contact.city }} {{ contact.city }}"), MARIA) == (
        "https://a.org/?c=S%C3%A3o%20Paulo São Paulo"
    )


@given(
    st.text(max_size=200)
    | st.from_regex(r"(\{[{%#]?|[}%#]?\}|contact|\.|[|]|first_name|data|\s|\n|x){0,20}", fullmatch=True)
)
def test_any_text_is_read_or_refused_and_nothing_else(text: str) -> None:
    for read in (parse, parse_html):
        try:
            words = read(text)
        except BadWords:
            continue
        assert "{{" not in fill(words, {}, otherwise=lambda name: "x")
    assert all(sentence.startswith("Line ") for sentence in check(text))


@given(st.text(max_size=80), st.text(max_size=40))
def test_plain_words_filled_once_stay_as_they_are(value: str, fallback: str) -> None:
    fallback = "".join(letter for letter in fallback if letter not in "{}|")
    filled = fill(parse("{ {{ contact.first_name|%s }}{" % fallback), {"contact.first_name": value})  # noqa: UP031
    assert fill(parse(filled), {}) == filled


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, [name for name, _ in attrs]))


@given(st.text(max_size=80))
def test_no_value_adds_a_tag_or_an_attribute(value: str) -> None:
    words = parse_html(
        '<p title="{{ contact.city }}"><a href="https://a.org/{{ contact.city }}?b={{ contact.city }}">{{ contact.city }}</a></p>'
    )
    tags = _Tags()
    tags.feed(fill(words, {"contact.city": value}, otherwise=lambda name: ""))
    tags.close()
    assert tags.seen == [("p", ["title"]), ("a", ["href"])]


@pytest.mark.parametrize(
    "unit", ["{{", "{%", "{# ", "}}", "{{ a ", "{{ x }}", "{{ contact.nme }}", "**a ", "[", "[a](", "https://"]
)
def test_hostile_words_take_no_long_time(unit: str) -> None:
    text = (unit * 20_000)[:20_000]
    began = process_time()
    check(text)
    rich_html(text, [])
    rich_text(text)
    letter_html(text)
    assert process_time() - began < 2


def test_a_field_ten_thousand_times_is_read_at_once() -> None:
    text = "{{ contact.city }}" * 10_000
    began = process_time()
    words = parse(text)
    assert len(words.fields) == 10_000
    assert fill(words, MARIA) == "São Paulo" * 10_000
    assert process_time() - began < 2
