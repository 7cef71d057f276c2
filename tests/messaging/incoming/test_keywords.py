"""Words that stop, start and ask for help: the whole message, in any case and many languages, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.keywords import HELP, START, STOP, read_keyword

#: CTIA's and Twilio's, with those that the FCC added in 2025.
LAWFUL = ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT", "Opt-out"]


@pytest.mark.parametrize("word", LAWFUL)
@pytest.mark.parametrize("shape", ["{}", " {} ", "{}.", "{}!!", "“{}”", "\n{}\n"])
def test_every_lawful_word_stops_however_it_is_written(word: str, shape: str) -> None:
    for spelled in (word, word.lower(), word.title()):
        found = read_keyword(shape.format(spelled))
        assert found is not None
        assert found.action == STOP, spelled


@pytest.mark.parametrize("word", ["START", "YES", "UNSTOP", "start", "Yes."])
def test_start_words(word: str) -> None:
    found = read_keyword(word)
    assert found is not None
    assert found.action == START


@pytest.mark.parametrize("word", ["HELP", "info", "Hilfe", "AIDE", "Ayuda", "помощь", "帮助"])
def test_help_words(word: str) -> None:
    found = read_keyword(word)
    assert found is not None
    assert found.action == HELP


@pytest.mark.parametrize(
    "word", ["Arrêt", "ARRET", "Stopp", "abmelden", "BAJA", "Sair", "Basta", "uitschrijven", "стоп", "توقف", "退订", "停止", "수신거부", "berhenti", "dur", "หยุด"]
)  # fmt: skip
def test_other_languages_stop_too(word: str) -> None:
    found = read_keyword(word)
    assert found is not None
    assert found.action == STOP


@pytest.mark.parametrize(
    "text",
    [
        "stop please", "Don’t stop", "please cancel", "I will stop by at five", "the end", "ok", "Fine", "no", "bitte", "ja",
        "oui", "si", "Sim", "", "   ", "🛑", "stop" * 30, "Quit smoking?", "all", "out",
    ],
)  # fmt: skip
def test_what_people_say_is_no_keyword(text: str) -> None:
    assert read_keyword(text) is None


def test_words_that_are_also_answers_are_doubtful() -> None:
    assert [bool(found and found.doubtful) for found in map(read_keyword, ["CANCEL", "End", "STOP", "YES"])] == [
        True, True, False, True,
    ]  # fmt: skip


def test_what_the_provider_took_it_for_counts_first() -> None:
    found = read_keyword("Ya no quiero esto", said="STOP")
    assert found is not None
    assert found.action == STOP
    assert read_keyword("hello", said="whatever") is None


@given(st.text(max_size=80))
def test_any_text_is_read_without_error(text: str) -> None:
    read_keyword(text)
