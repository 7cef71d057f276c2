"""How alike two contacts are: what counts, what does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.merging.likeness import OFFERED, Known, digest, keys_of, known, likeness, name_likeness
from crm.merging.names import words_of


def who(first: str = "", last: str = "", id: int = 1, **more: Any) -> Known:
    return known(id, first, last, **more)


ALIKE = [
    (who("Maria", "Silva", emails=["m.silva@gmail.com"]), who("Silva", "Maria", emails=["msilva+crm@googlemail.com"])),
    (who("Bob", "Smith", phones=["+442071234567"]), who("Robert", "Smyth", phones=["+442071234567"])),
    (who("Jürgen", "Müller", organisation="Acme"), who("Juergen", "Mueller", organisation="ACME")),
    (who("M.", "Okafor", emails=["x@a.org", "mo@b.org"]), who("Michael", "Okafor", emails=["mo@b.org"])),
    (who("Łukasz", "Nowak", city="Łódź", organisation="Ox"), who("Lukasz", "Nowak", city="Lodz", organisation="Ox")),
    (who("", "", emails=["maria@a.org"]), who("Maria", "Silva", emails=["maria@a.org"])),
    (who("Maria", "Silva", emails=["mariasilva@old.org"]), who("Maria", "Silva", emails=["maria.silva@new.org"])),
]
APART = [
    (who("Client", "17"), who("Client", "18")),
    (who("Anna", "Keller", emails=["kellers@a.org"]), who("Peter", "Keller", emails=["kellers@a.org"])),
    (who("Anna", "Keller", phones=["+4930123456"]), who("Peter", "Keller", phones=["+4930123456"])),
    (who("Maria", "Silva", organisation="Acme"), who("Mario", "Silva", organisation="Bexo")),
    (who("Hanna", "Weber", organisation="Acme"), who("Anna", "Weber", organisation="Acme")),
    (who("Ana", "Silva", emails=["info@a.org"]), who("Rui", "Costa", emails=["info@b.org"])),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_the_same_person_written_differently_is_offered(one: Known, other: Known) -> None:
    found = likeness(one, other)
    assert found.points >= OFFERED, found
    assert found.reasons
    assert set(keys_of(one)) & set(keys_of(other)), "they would never be compared"


@pytest.mark.parametrize(("one", "other"), APART)
def test_two_people_are_not(one: Known, other: Known) -> None:
    found = likeness(one, other)
    assert found.points < OFFERED, found


def test_a_shared_address_counts_for_nothing_once_somebody_said_so() -> None:
    one = who("Anna", "Keller", emails=["kellers@a.org"], shares=True)
    other = who("Anna", "Kellermann", emails=["kellers@a.org"])
    assert likeness(one, other).points < OFFERED


def test_a_name_alone_tells_where_few_have_it() -> None:
    one, other = who("Heinrich", "Brandmeier"), who("Heinrich", "Brandmeier")
    assert likeness(one, other, namesakes=2).points >= OFFERED > likeness(one, other, namesakes=30).points


def test_another_country_speaks_against() -> None:
    one = who("Heinrich", "Brandmeier", country="DE")
    other = who("Heinrich", "Brandmeier", country="AT")
    assert likeness(one, other, namesakes=2).points < OFFERED
    assert "Different countries" in likeness(one, other).reasons


def test_the_digest_changes_with_what_was_compared_only() -> None:
    one, other = who("Maria", "Silva", id=1), who("Mara", "Silva", id=2)
    assert digest(one, other) == digest(other, one)
    assert digest(one, other) != digest(one, who("Mara", "Silva", id=2, city="Porto"))


names = st.text(alphabet="abcdeé ÜßÅ.-'’1 \u0301\u202e", max_size=12)


@given(names, names, names, names)
@settings(max_examples=300, deadline=None)
def test_it_is_the_same_from_both_sides_and_never_out_of_bounds(a: str, b: str, c: str, d: str) -> None:
    one, other = who(a, b), who(c, d)
    there, back = likeness(one, other), likeness(other, one)
    assert there.points == back.points
    assert 0 <= there.points <= 100
    assert name_likeness(one.names, one.names) in (100, None)
    assert all(len(key) <= 100 for key in keys_of(one))


@given(st.lists(st.sampled_from("maria joao silva santos weber".split()), min_size=2, max_size=4))
def test_the_order_of_words_does_not_matter(words: list[str]) -> None:
    assert name_likeness(tuple(words), tuple(reversed(words))) == 100


@pytest.mark.django_db
@given(st.text(alphabet="ÀéîøđłıħßæœüŁ Ωя中abc", max_size=15))
@settings(max_examples=50, deadline=None)
def test_names_are_folded_as_the_database_folds_them(text: str) -> None:
    from django.db import connection

    from crm.merging.names import plain

    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_plain(%s)", [text])
        assert plain(text) == cursor.fetchone()[0]


def test_titles_are_no_names() -> None:
    assert words_of("Dr. Maria O'Brien") == ("maria", "obrien")
