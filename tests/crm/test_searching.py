"""The search box: beginnings of words, no accents needed, nobody sees what they may not."""

from __future__ import annotations

from collections.abc import Callable

import phonenumbers
import pytest
from django.db import connection
from django.test import Client

from crm.contacts import delete, give
from crm.models import Contact, User
from crm.notes import add_note
from crm.searching import search
from tests.factories import NOW, contact, followup
from tests.people import People

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def titles(user: User, text: str) -> list[str]:
    return [hit.title for hit in search(user, text)]


@pytest.mark.parametrize(
    "typed",
    [
        "élo",
        "ELO",
        "mull",
        "muller-lu",
        "elodie luk",
        "o'br",
        "obrien",
        "brien",
        "elodie@ex",
        "example.org",
        "0917 555",
        "+63917",
        "639175554410",
        "k-77",
    ],
)
def test_a_contact_is_found_by_the_beginnings_of_its_words(typed: str, people: People) -> None:
    contact(
        "Élodie",
        last_name="Müller-Łuk",
        organisation="O'Brien",
        email="elodie@example.org",
        phone="+639175554410",
        external_id="K-77",
    )
    assert titles(people.ada, typed) == ["Élodie Müller-Łuk"]


def test_every_phone_is_found_with_and_without_its_country_code() -> None:
    codes = [str(code) for code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE]
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_phone_words('+' || c || '212345') FROM unnest(%s::text[]) AS c", [codes])
        found = [set(words) for (words,) in cursor.fetchall()]
    assert found == [{f"{code}212345", "212345"} for code in codes]


def test_a_national_number_is_asked_for_and_stored_without_leading_zeros(people: People) -> None:
    contact("Enzo", phone="+390612345678")
    assert titles(people.ada, "06 1234 5678") == titles(people.ada, "+39 06 1234") == ["Enzo"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT crm_phone_words('+2300'), crm_phone_words(''), crm_phone_words(NULL)")
        assert cursor.fetchone() == (["2300"], [], [])


@pytest.mark.parametrize(
    "typed", ["", " ", "!!!", "'", "\\", "a & b | !", "zzz", "\x00", "a" * 5_000, ":*", "'':*", "%", "<->"]
)
def test_odd_words_find_nothing_and_break_nothing(typed: str, people: People) -> None:
    contact("Maria")
    assert titles(people.ada, typed) == []


def test_everybody_finds_only_what_they_may_see(people: People) -> None:
    contact("Grace", last_name="Sams", owner=people.sam)
    contact("Grace", last_name="Ottos", owner=people.otto)
    contact("Grace", last_name="Nobodys")
    contact("Grace", last_name="Schools", team=people.schools)

    def found(user: User) -> set[str]:
        return {title.removeprefix("Grace ") for title in titles(user, "grace")}

    assert found(people.ada) == found(people.vera) == {"Sams", "Ottos", "Nobodys", "Schools"}
    assert found(people.mara) == {"Sams", "Nobodys"}
    assert found(people.sam) == {"Sams"}
    people.sam.is_active = False
    assert found(people.sam) == set()


def test_notes_and_followups_are_found_with_their_contact_and_move_with_it(people: People) -> None:
    one = contact("Grace", owner=people.otto)
    add_note(one, by=people.otto, now=NOW, body="Wants the September intake")
    followup(one, people.otto, subject="Send the September price list")
    assert {hit.kind for hit in search(people.otto, "septem")} == {"note", "followup"}
    assert search(people.noor, "septem") == []
    give(Contact.objects.filter(pk=one.pk), to=people.noor, by=people.ada, now=NOW)
    assert "note" in {hit.kind for hit in search(people.noor, "septem")}
    delete(Contact.objects.filter(pk=one.pk), by=people.ada, now=NOW)
    assert search(people.ada, "septem") == []


def test_results_while_typing_are_lines_and_the_page_is_whole(people: People, as_: SignIn) -> None:
    one = contact("Maria", last_name="<b>Santos</b>", owner=people.sam)
    sam = as_(people.sam)
    lines = sam.get("/search/?q=san", headers={"HX-Request": "true", "HX-Target": "results"}).content.decode()
    assert lines.lstrip().startswith('<div id="results">')
    assert f'<a class="item" href="/contacts/{one.pk}/">' in lines
    assert "&lt;b&gt;Santos" in lines
    page = sam.get("/search/?q=san").content.decode()
    assert "<h1>Search</h1>" in page
    assert "Nothing found" in sam.get("/search/?q=zzz").content.decode()


@pytest.mark.parametrize("query", ["q=%00", "q=%27", "q=" + "x" * 3000, "", "q=%F0%9F%98%80"])
def test_no_search_is_ever_an_error(query: str, people: People, as_: SignIn) -> None:
    assert as_(people.sam).get(f"/search/?{query}").status_code == 200
