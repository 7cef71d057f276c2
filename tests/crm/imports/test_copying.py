"""What COPY reads is what the file said, whatever marks it holds, and made ahead or not, a contact is the same."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.importing.ahead import FIRST
from crm.importing.checking import Checked
from crm.importing.contact_lines import ContactLines
from crm.importing.copying import copy_lines, texts
from crm.models import Contact
from tests.crm.importing import imported, outcome
from tests.factories import NOW
from tests.people import People

pytestmark = pytest.mark.django_db

CELLS = st.lists(
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12), min_size=2, max_size=2
)


def copied(rows: list[list[str]]) -> list[list[str]]:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE copied (n int GENERATED ALWAYS AS IDENTITY, one text, two text)")
        copy_lines("copied", ("one", "two"), (texts(cells) + "\n" for cells in rows))
        cursor.execute("SELECT one, two FROM copied ORDER BY n")
        found = [list(row) for row in cursor.fetchall()]
        cursor.execute("DROP TABLE copied")
    return found


@given(rows=st.lists(CELLS, max_size=5))
@settings(max_examples=60, deadline=None)
def test_any_cells_are_copied_as_they_are(rows: list[list[str]]) -> None:
    assert copied(rows) == rows


@pytest.mark.parametrize("cell", ["\\N", "\\.", "\\", "a\tb", "a\nb", "a\r\nb", "", "é “ ”"])
def test_what_copy_takes_for_its_own_marks_is_text(cell: str) -> None:
    assert copied([[cell, "behind"], ["before", cell]]) == [[cell, "behind"], ["before", cell]]


def test_more_lines_than_are_sent_at_once_keep_their_order() -> None:
    rows = [[str(number), "x"] for number in range(1_501)]
    assert copied(rows) == rows


def test_a_contact_gets_everything_that_its_row_says(people: People) -> None:
    batch = imported(
        "First name;Last name;E-mail;Further e-mail;Phone;Further phone;Owner;Rhythm;Lifecycle;Quirk\n"
        'A\\B;"C;D";a@example.com;b@example.com|c@example.com;+33610000001;+33610000002;sam@example.com;12;client;"\\N ""q"" {x}"\n',
        by=people.ada,
        mapping={
            "Further e-mail": "other_emails",
            "Further phone": "other_phones",
            "Owner": "owner",
            "Rhythm": "rhythm_days",
            "Quirk": "new:text",
        },
    )
    assert outcome(batch) == (1, 0, 0, 0), list(batch.problems.values())
    one = Contact.objects.get()
    assert (one.first_name, one.last_name, one.email) == ("A\\B", "C;D", "a@example.com")
    assert (one.other_emails, one.other_phones) == (["b@example.com", "c@example.com"], ["+33610000002"])
    assert (one.phone, one.lifecycle, one.rhythm_days, one.expected_rhythm) == ("+33610000001", "client", 12, 12)
    assert (one.created_by, one.created_at, one.updated_at, one.version) == (people.ada, NOW, NOW, 1)
    assert one.rots_at == NOW + timedelta(days=12)
    assert list(one.custom.values()) == ['\\N "q" {x}']


def test_a_line_that_was_made_ahead_gives_way_to_what_later_rows_say(people: People) -> None:
    batch = imported("First name,Email,City\nMaria,maria@example.com,\nMaria,maria@example.com,Lyon\n")
    assert outcome(batch) == (1, 1, 0, 0)
    assert Contact.objects.get().city == "Lyon"


def test_another_person_at_an_address_is_noted_as_sharing_it_though_the_line_was_made_ahead(people: People) -> None:
    imported("First name,Email\nMaria,both@example.com\nJose,both@example.com\n", on_duplicate="create")
    assert sorted(Contact.objects.values_list("first_name", "shares_address")) == [("Jose", True), ("Maria", False)]


def test_a_rhythm_of_the_lifecycle_is_taken_where_the_row_has_none() -> None:
    lines = ContactLines(by_id=None, now=NOW, rhythm={"client": 90})
    client = lines.of(Checked(1, {"first_name": "A", "lifecycle": "client"}, {})).split("\t")
    lost = lines.of(Checked(2, {"first_name": "A", "lifecycle": "lost"}, {})).split("\t")
    assert ("90" in client, "30" in lost) == (True, True)
    assert (NOW + timedelta(days=90)).isoformat() in client


def test_the_first_batch_is_small_and_none_is_lost_between_it_and_the_next(people: People) -> None:
    rows = "".join(f"P{number},p{number}@example.com\n" for number in range(FIRST + 2))
    batch = imported("First name,Email\n" + rows + "P,p1@example.com\n")
    assert outcome(batch) == (FIRST + 2, 1, 0, 0)
