"""Which language a contact gets."""

from __future__ import annotations

import pytest

from messaging.templating.variants import choose


@pytest.mark.parametrize(
    ("wanted", "available", "chosen"),
    [
        ("es", ["en", "es"], "es"),
        ("pt-BR", ["en", "pt", "pt-BR"], "pt-BR"),
        ("pt_br", ["en", "pt-BR"], "pt-BR"),
        ("pt-BR", ["en", "pt"], "pt"),
        ("zh-Hant-TW", ["en", "zh-Hant"], "zh-Hant"),
        ("es", ["en", "es-MX", "es-AR"], "es-AR"),
        ("de", ["en", "es"], "en"),
        ("", ["en", "es"], "en"),
        ("de", ["fr", "es"], "es"),
    ],
)
def test_the_nearest_language_is_chosen(wanted: str, available: list[str], chosen: str) -> None:
    assert choose(wanted, available, "en") == chosen


def test_a_template_without_words_has_no_language() -> None:
    with pytest.raises(ValueError, match="without words"):
        choose("en", [], "en")
