"""Countries are shown by name and read from many."""

from __future__ import annotations

import pytest

from crm.countries import country_choices, country_code, country_name


@pytest.mark.parametrize(("code", "name"), [("MX", "Mexico"), ("DE", "Germany"), ("BR", "Brazil"), ("FR", "France")])
def test_a_country_has_its_english_name_and_is_found_by_it(code: str, name: str) -> None:
    assert country_name(code) == name
    assert country_code(name) == code


def test_every_choice_is_a_name() -> None:
    names = [name for _, name in country_choices()]
    assert len(names) > 200
    assert not [name for name in names if not name[0].isalpha() or len(name) < 4]


def test_an_unknown_code_stays_what_it_is() -> None:
    assert country_name("ZZ") == "ZZ"
