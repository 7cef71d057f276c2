"""Initials and colours of people."""

import pytest

from config.jinja_people import avatar_colour, initials


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Maria Santos", "MS"),
        ("  sam ", "S"),
        ("Ana Maria de la Cruz", "AC"),
        ("", "?"),
        ("🙂 —", "?"),
        ("مريم حداد", "مح"),
        ("sam@example.com", "SE"),
    ],
)
def test_a_name_of_any_script_has_initials(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_person_keeps_a_colour() -> None:
    assert avatar_colour(7) == avatar_colour("7")
    assert {avatar_colour(number) for number in range(100)} == {1, 2, 3, 4, 5, 6}
