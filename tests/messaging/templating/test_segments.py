"""Parts of an SMS, counted as telephones do: 3GPP TS 23.038 and 23.040."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.templating.segments import BASIC, EXTENDED, segments


@pytest.mark.parametrize(
    ("text", "encoding", "units", "parts", "each"),
    [
        ("", "GSM-7", 0, 0, 160),
        ("a" * 160, "GSM-7", 160, 1, 160),
        ("a" * 161, "GSM-7", 161, 2, 153),
        ("a" * 306, "GSM-7", 306, 2, 153),
        ("a" * 307, "GSM-7", 307, 3, 153),
        ("€" * 80, "GSM-7", 160, 1, 160),
        ("€" * 81, "GSM-7", 162, 2, 153),
        ("a" * 152 + "€" + "a" * 152, "GSM-7", 306, 3, 153),  # the escape pair moves into the second part whole
        ("я" * 70, "UCS-2", 70, 1, 70),
        ("я" * 71, "UCS-2", 71, 2, 67),
        ("я" * 134, "UCS-2", 134, 2, 67),
        ("я" * 135, "UCS-2", 135, 3, 67),
        ("😀" * 35, "UCS-2", 70, 1, 70),
        ("я" * 66 + "😀" + "я" * 66, "UCS-2", 134, 3, 67),  # so does the surrogate pair
        ("à la carte, ça va: ÇØ", "UCS-2", 21, 1, 70),  # ç in small is not in the alphabet
        ("\n\r@£$", "GSM-7", 5, 1, 160),
    ],
)
def test_parts_are_counted(text: str, encoding: str, units: int, parts: int, each: int) -> None:
    assert segments(text)[:4] == (encoding, units, parts, each)


def test_the_alphabets_have_the_sizes_of_the_standard() -> None:
    assert len(BASIC) == 127  # 128 places, one of them the escape
    assert len(EXTENDED) == 10


def test_the_letters_that_make_it_dear_are_named() -> None:
    assert segments("It’s “fine”, it’s 😀").odd == "’“”😀"


@given(st.text(max_size=500))
def test_parts_always_hold_the_text(text: str) -> None:
    counted = segments(text)
    assert counted.segments * counted.per_segment >= counted.units
    assert counted.segments <= 1 or (counted.segments - 1) * (counted.per_segment - 1) < counted.units
