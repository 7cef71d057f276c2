"""Signed words in addresses: they come back as they went, for their purpose only, and forged ones never."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from crm.models.consent import Topic
from crm.models.contact import Channel
from messaging.models import MessageChannel
from messaging.tracking import tokens
from messaging.tracking.tokens import BadToken

numbers = st.integers(0, 2**63 - 1)
READERS = [tokens.read_open, tokens.read_click, tokens.read_unsubscribe, tokens.read_preferences]
GOOD = "https://school.example/a?b=c&d=é#e"


@given(numbers, numbers, st.sampled_from(sorted(tokens.CHANNELS)), st.sampled_from(sorted(tokens.TOPICS)))
def test_every_token_says_what_it_was_given(message: int, contact: int, channel: str, topic: str) -> None:
    assert tokens.read_open(tokens.open_token(message)) == message
    assert tokens.read_click(tokens.click_token(message, GOOD)) == (message, GOOD)
    left = tokens.unsubscribe_token(contact, channel, topic, message)
    assert tokens.read_unsubscribe(left) == (contact, channel, topic, message)
    assert tokens.read_preferences(tokens.preferences_token(contact, message)) == (contact, message)


def test_tokens_are_short_and_fit_into_any_address() -> None:
    made = [tokens.open_token(12_345_678), tokens.unsubscribe_token(1_234_567, "email", "marketing", 12_345_678)]
    assert max(map(len, made)) <= 32
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+", token) for token in made)


def test_a_token_is_good_for_its_own_purpose_only() -> None:
    made = [tokens.open_token(7), tokens.click_token(7, ""), tokens.unsubscribe_token(7, "email", "all", 7), tokens.preferences_token(7, 7)]  # fmt: skip
    for at, token in enumerate(made):
        for other, read in enumerate(READERS):
            if other != at:
                with pytest.raises(BadToken):
                    read(token)


@given(st.data())
def test_no_changed_letter_is_believed(data: st.DataObject) -> None:
    token = tokens.click_token(7, GOOD)
    at = data.draw(st.integers(0, len(token) - 1))
    letter = data.draw(st.sampled_from("ABCxyz019-_").filter(lambda one: one != token[at]))
    with pytest.raises(BadToken):
        tokens.read_click(token[:at] + letter + token[at + 1 :])


@given(st.text())
def test_no_made_up_word_is_believed_or_breaks(word: str) -> None:
    for read in READERS:
        with pytest.raises(BadToken):
            read(word)


def test_padding_and_other_spellings_of_a_token_are_refused() -> None:
    token = tokens.open_token(7)
    for spelled in (token + "=", token + "\n", token.replace("-", "+") + " ", token + "A" * 9000):
        with pytest.raises(BadToken):
            tokens.read_open(spelled)


def test_mails_outlive_a_change_of_the_secret_key(settings: Settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "old", []
    token = tokens.unsubscribe_token(7, "email", "marketing", 9)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "new", ["older", "old"]
    assert tokens.read_unsubscribe(token).contact_id == 7
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(BadToken):
        tokens.read_unsubscribe(token)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "//evil.example",
        "https:evil.example",
        "http:///evil.example",
        "https://school.example/\r\nSet-Cookie: a=b",
        "https://school.example/\x00",
        "https:\\\\evil.example",
        "https://school.example\\@evil.example",
        "data:text/html,x",
        "ftp://school.example/x",
        "mailto:a@b.example",
        " https://school.example",
        "https://[school.example",
        "https://",
        "school.example",
        "/contacts/1/",
    ],
)
def test_only_plain_web_addresses_are_signed(url: str) -> None:
    assert not tokens.is_web_address(url)
    with pytest.raises(ValueError, match="Not an http or https address"):
        tokens.click_token(7, url)


def test_a_target_that_was_signed_by_a_laxer_rule_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "is_web_address", lambda url: True)
    token = tokens.click_token(7, "javascript:alert(1)")
    monkeypatch.undo()
    with pytest.raises(BadToken):
        tokens.read_click(token)


def test_every_channel_and_topic_has_its_number() -> None:
    assert {*MessageChannel.values, *Channel.values} == set(tokens.CHANNELS)
    assert set(Topic.values) == set(tokens.TOPICS)
    assert len(set(tokens.CHANNELS.values())) == len(tokens.CHANNELS)
    assert len(set(tokens.TOPICS.values())) == len(tokens.TOPICS)


def test_reading_a_forged_token_costs_next_to_nothing() -> None:
    token = tokens.click_token(7, "https://school.example/" + "a" * 5000)[:-1] + "!"
    started = time.perf_counter()
    for _ in range(1000):
        with pytest.raises(BadToken):
            tokens.read_click(token)
    assert time.perf_counter() - started < 2
