"""Imports: every row stored, merged, skipped or named; nobody twice; all of it can be taken back."""

from __future__ import annotations

import csv
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crm.contacts import change_contact
from crm.importing import ahead, running
from crm.importing.deciding import merged_values
from crm.importing.running import run, run_waiting
from crm.importing.text_files import Unreadable
from crm.importing.undoing import can_undo
from crm.models import Consent, Contact, ContactTag, CustomField, Event, ImportBatch, ImportedContact, PendingEvent
from crm.models.import_batch import ImportState
from tests.crm.importing import imported, outcome, reasons, upload
from tests.factories import NOW, contact
from tests.people import People

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("uploads")]


def queue_undo(batch: ImportBatch) -> None:
    batch.options |= {"undo": True}
    batch.state = ImportState.QUEUED
    batch.save(update_fields=["options", "state"])
    run(batch.pk, now=NOW)
    batch.refresh_from_db()


def test_rows_become_contacts_with_their_event_and_the_file_is_removed(people: People, uploads: Path) -> None:
    batch = imported(
        "First name,Last name,E-mail,Phone,Country,Passport\nMaria,Santos,MARIA@example.org,0917 555 4410,Philippines,P1\n",
        by=people.sam,
    )
    maria = Contact.objects.get()
    assert outcome(batch) == (1, 0, 0, 0)
    assert (maria.email, maria.phone, maria.country, maria.created_by) == (
        "maria@example.org",
        "+639175554410",
        "PH",
        people.sam,
    )
    assert maria.custom == {"passport": "P1"}
    assert maria.rots_at == NOW + timedelta(days=maria.expected_rhythm)
    event = Event.objects.get(kind="contact_imported")
    assert event.data == {"file": "people.csv", "import_id": batch.pk, "lifecycle": "new"}
    assert PendingEvent.objects.filter(event_id=event.pk).exists()
    assert list(uploads.iterdir()) == []


BAD = "\n".join(
    [
        "First name,E-mail,Phone,Since,Rhythm",
        f"{'x' * 300},a@example.org,,,",
        "Nul\x00,b@example.org,,,",
        "Bad,not-an-address,,,",
        "Bad,c@example.org,12,,",
        "Bad,d@example.org,,2026-02-31,",
        "محمد,e@example.org,,2026-02-28,",
        ",,,2026-01-01,",
        "One,two@example.org,,,,six,seven",
        ",,,,",
        "=1+1,f@example.org,,,",
        "Two,e@example.org,,,",
    ]
)


def test_every_bad_row_is_named_with_its_column_and_reason(people: People) -> None:
    batch = imported(BAD, mapping={"Since": "new:date"})
    assert outcome(batch) == (2, 1, 0, 8)
    told = {row: (column, reason) for row, column, reason in reasons(batch)}
    assert told[2] == ("First name", "First name has 300 characters; at most 200 fit.")
    assert told[3] == ("First name", "The text holds a NUL character.")
    assert told[4][0] == "E-mail"
    assert "no country code" in told[5][1]
    assert told[6] == ("Since", "“2026-02-31” is not a date. Use a form like 2026-11-20.")
    assert "Nothing tells who this is" in told[8][1]
    assert told[9][1] == "The row has 7 cells, the heading only 5."
    assert told[10][1] == "The row has nothing in it."
    assert set(Contact.objects.values_list("first_name", flat=True)) == {"Two", "=1+1"}


def test_a_dry_run_tells_the_same_and_stores_nothing(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "BATCH", 3)
    contact("Known", email="f@example.org")
    for way in ("merge", "skip", "create"):
        tried = imported(BAD, mapping={"Since": "new:date"}, on_duplicate=way, options={"dry_run": True})
        assert tried.state == ImportState.CHECKED
        assert Contact.objects.alive().count() == 1
        assert CustomField.objects.count() == 0
        real = imported(BAD, mapping={"Since": "new:date"}, on_duplicate=way)
        assert outcome(tried) == outcome(real), way
        assert reasons(tried) == reasons(real), way
        queue_undo(real)
        assert Contact.objects.alive().count() == 1
        CustomField.objects.all().delete()


def test_the_second_import_of_a_file_adds_nobody(people: People) -> None:
    text = "External id,Name,E-mail\n1,Maria Santos,maria@example.org\n2,Sam Lee,\n3,,grace@example.org\n"
    assert outcome(imported(text)) == (3, 0, 0, 0)
    assert outcome(imported(text)) == (0, 3, 0, 0)
    assert outcome(imported(text, on_duplicate="skip")) == (0, 0, 3, 0)
    assert Contact.objects.count() == 3
    assert Event.objects.exclude(kind="contact_imported").count() == 0


def test_a_merge_fills_in_and_never_loses_what_was_there(people: People) -> None:
    one = contact("Maria", email="maria@example.org", city="Manila", lifecycle="client", custom={"old": 1})
    batch = imported(
        "First name,E-mail,Phone,City,Lifecycle,Other e-mail\n,maria@example.org,+639175554410,Cebu,new,m@work.example\n",
        mapping={"Other e-mail": "other_emails"},
    )
    one.refresh_from_db()
    assert outcome(batch) == (0, 1, 0, 0)
    assert (one.first_name, one.city, one.phone, one.lifecycle, one.other_emails) == (
        "Maria",
        "Cebu",
        "+639175554410",
        "client",
        ["m@work.example"],
    )
    assert one.custom == {"old": 1}
    assert one.version == 2
    assert Event.objects.get(contact=one).kind == "contact_changed"


def test_one_person_in_two_rows_of_a_file_is_one_contact(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "First name,E-mail,Phone\nMaria,maria@example.org,\nMaria,maria@example.org,+639175554410\nM,,+639175554410\n"
    )
    for size in (1, 2, 100):
        monkeypatch.setattr(ahead, "BATCH", size)
        batch = imported(text)
        assert outcome(batch) == (1, 2, 0, 0), size
        assert Contact.objects.alive().get().phone == "+639175554410"
        queue_undo(batch)


def test_a_row_that_is_two_people_at_once_is_named(people: People) -> None:
    contact("Maria", email="maria@example.org")
    contact("Jose", email="jose@example.org", phone="+639175554410")
    batch = imported("E-mail,Phone\nmaria@example.org,+639175554410\n")
    assert outcome(batch) == (0, 0, 0, 1)
    assert "belong to different contacts" in reasons(batch)[0][2]


def test_another_person_at_the_same_address_can_be_asked_for(people: People) -> None:
    contact("Maria", email="family@example.org")
    text = "External id,First name,E-mail\n1,Jose,family@example.org\n2,Ana,family@example.org\n1,Ana,x@example.org\n"
    batch = imported(text, on_duplicate="create", mapping={"External id": "external_id"})
    assert outcome(batch) == (2, 0, 0, 1)
    assert Contact.objects.filter(email="family@example.org", shares_address=True).count() == 2


def test_a_file_cannot_change_a_contact_that_its_owner_may_not_see(people: People) -> None:
    other = contact("Other", email="other@example.org", owner=people.otto)
    batch = imported("First name,E-mail\nMine,mine@example.org\nTaken,other@example.org\n", by=people.sam)
    assert outcome(batch) == (1, 0, 0, 1)
    assert "colleague looks after" in reasons(batch)[0][2]
    other.refresh_from_db()
    assert other.first_name == "Other"


def test_values_that_only_describe_are_left_out_and_named(people: People) -> None:
    batch = imported(
        "Name,Country,Owner\nMaria,Atlantis,Nobody Known\nSam,India,Sam\n" + "X,India,Sam\n" * 5,
        mapping={"Owner": "owner", "Country": "country"},
    )
    assert batch.failed == 0
    assert [(row, column) for row, column, _ in reasons(batch)] == [(2, "Country"), (2, "Owner")]
    assert Contact.objects.get(first_name="Sam").owner == people.sam


def test_opt_outs_tags_and_lifecycle_come_along(people: People) -> None:
    batch = imported(
        "Name,E-mail,Unsubscribed,Labels,Status\nMaria,maria@example.org,yes,nursing; hot,Customer\nSam,sam@x.example.org,no,hot,Lead\n"
    )
    assert outcome(batch) == (2, 0, 0, 0)
    maria = Contact.objects.get(first_name="Maria")
    assert maria.lifecycle == "client"
    assert list(maria.tags.values_list("name", flat=True)) == ["hot", "nursing"]
    assert list(Consent.objects.values_list("contact", "channel", "state")) == [(maria.pk, "email", "withdrawn")]
    assert Event.objects.filter(kind="tag_added").count() == 3
    assert Event.objects.filter(kind="consent_changed").count() == 1


def test_undo_deletes_what_was_made_and_puts_back_what_was_merged(people: People) -> None:
    known = contact("Maria", email="maria@example.org", city="Manila")
    batch = imported(
        "First name,E-mail,City,Unsubscribed,Labels\nMaria,maria@example.org,Cebu,yes,hot\nNew,new@example.org,Cebu,no,hot\n"
    )
    assert can_undo(batch)
    queue_undo(batch)
    known.refresh_from_db()
    assert batch.state == ImportState.UNDONE
    assert known.city == "Manila"
    assert Contact.objects.alive().count() == 1
    assert Consent.objects.count() == 0
    assert ContactTag.objects.filter(contact=known).count() == 0
    assert ImportedContact.objects.count() == 0
    assert not can_undo(batch)
    again = imported("First name,E-mail,City\nNew,new@example.org,Cebu\n")
    assert outcome(again) == (1, 0, 0, 0)


def test_undo_leaves_and_lists_what_somebody_has_changed_since(people: People) -> None:
    known = contact("Maria", email="maria@example.org", city="Manila")
    batch = imported("E-mail,City\nmaria@example.org,Cebu\n")
    change_contact(Contact.objects.filter(pk=known.pk), by=people.sam, now=NOW, changes={"city": "Davao"})
    queue_undo(batch)
    known.refresh_from_db()
    assert known.city == "Davao"
    assert [reason for _, _, reason in reasons(batch)] == [
        f"Contact {known.pk} was changed since and keeps its values."
    ]


def test_an_import_that_stops_anywhere_goes_on_exactly_there(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "BATCH", 10)
    batch = upload(
        "First name,E-mail,Kind\n" + "".join(f"P{n},p{n}@example.org,k{n % 7}\n" for n in range(95)),
        mapping={"Kind": "new:choice"},
    )
    whole = running.store_way_back
    calls = {"left": 4}

    def killed(*given: Any) -> None:
        whole(*given)
        calls["left"] -= 1
        if calls["left"] == 0:
            raise SystemExit("killed in the middle of a batch")

    monkeypatch.setattr(running, "store_way_back", killed)
    with pytest.raises(SystemExit):
        run(batch.pk, now=NOW)
    monkeypatch.setattr(running, "store_way_back", whole)
    batch.refresh_from_db()
    assert (batch.state, batch.rows_done, Contact.objects.count()) == (ImportState.RUNNING, 30, 30)
    assert not run(batch.pk, now=timezone.now())  # its lease still runs
    assert run_waiting(timezone.now() + timedelta(minutes=3)) == 1
    batch.refresh_from_db()
    assert batch.state == ImportState.DONE
    assert outcome(batch) == (95, 0, 0, 0)
    assert Contact.objects.count() == Event.objects.filter(kind="contact_imported").count() == 95
    assert CustomField.objects.get().choices == [f"k{n}" for n in range(7)]


def test_a_batch_costs_the_same_queries_for_ten_rows_and_for_a_thousand(
    people: People, django_assert_max_num_queries: Any
) -> None:
    for count in (10, 1_000):
        batch = upload("First name,E-mail\n" + "".join(f"P{n},{count}p{n}@example.org\n" for n in range(count)))
        with django_assert_max_num_queries(28):
            run(batch.pk, now=NOW)


def test_a_file_with_more_rows_than_allowed_stops_with_the_reason(people: People, settings: Any) -> None:
    settings.IMPORT_MAX_ROWS = 5
    batch = imported("Name\n" + "P\n" * 6)
    assert batch.state == ImportState.FAILED
    assert "more than 5 rows" in batch.error


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "first_name": st.sampled_from(["Ana", "Ben"]),
        "email": st.sampled_from(["a@x.org", "b@x.org"]),
        "other_emails": st.lists(st.sampled_from(["c@x.org", "d@x.org"]), min_size=1, max_size=2, unique=True),
        "external_id": st.sampled_from(["1", "2"]),
        "lifecycle": st.sampled_from(["new", "client"]),
    },
)


@given(VALUES, VALUES)
def test_merging_twice_is_merging_once_and_loses_no_address(old: dict[str, Any], new: dict[str, Any]) -> None:
    once = merged_values(old, new)
    assert merged_values(once, new) == once
    kept = {once.get("email"), *once.get("other_emails", [])}
    assert {old.get("email"), *old.get("other_emails", []), new.get("email"), *new.get("other_emails", [])} - {
        None
    } <= kept
    if "external_id" in old:
        assert once["external_id"] == old["external_id"]


CELLS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


@hypothesis_settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS, CELLS), min_size=1, max_size=12))
def test_whatever_a_file_holds_every_row_is_accounted_for(rows: list[tuple[str, ...]], people: People) -> None:
    import io

    held = io.StringIO(newline="")
    writer = csv.writer(held)
    writer.writerow(["First name", "E-mail", "Phone", "Since"])
    writer.writerows([*rows, ("Last", "", "", "")])
    mapping = {"First name": "first_name", "E-mail": "email", "Phone": "phone", "Since": "new:date"}
    try:
        batch = imported(held.getvalue(), mapping=mapping)
    except Unreadable:
        return  # so full of control characters that it is no text
    assert batch.state == ImportState.DONE, batch.error
    outcome(batch)


@pytest.mark.realdata
def test_a_schools_leads_come_in_once(people: People, shared_data: Path) -> None:
    path = shared_data / "xeducation_leads" / "leads.csv"
    rows = list(csv.DictReader(path.read_text().splitlines()))
    first = imported(path.read_bytes(), name="leads.csv")
    assert first.options["empty_words"] == ["Select", "unknown"]
    assert outcome(first) == (6468, 0, 0, 0)
    assert CustomField.objects.count() == 30
    assert Contact.objects.filter(lifecycle="client").count() == sum(row["Converted"] == "1" for row in rows)
    for channel, column in (("email", "Do Not Email"), ("call", "Do Not Call")):
        assert Consent.objects.filter(channel=channel, state="withdrawn").count() == sum(
            row[column] == "Yes" for row in rows
        )
    assert not Contact.objects.filter(city="Select").exists()
    assert {reason for _, _, reason in reasons(first)} == {"“Asia/Pacific Region” is not a country."}
    second = imported(path.read_bytes(), name="leads.csv")
    assert outcome(second) == (0, 6468, 0, 0)
    assert Contact.objects.count() == 6468
    assert CustomField.objects.count() == 30


def test_one_nul_in_a_short_file_is_told_by_its_row_and_the_others_are_stored() -> None:
    batch = imported("Name,E-mail\nA\x00b,a@example.org\nMaria Santos,m@example.org\n")
    assert outcome(batch) == (1, 0, 0, 1)
    assert reasons(batch) == [(2, "Name", "The text holds a NUL character.")]


def test_a_name_over_two_lines_is_stored_on_one() -> None:
    imported('First name,E-mail\n"Maria\r\nBcc: x","a@example.org"\n')
    assert Contact.objects.get().first_name == "Maria Bcc: x"


def test_fields_whose_names_differ_in_marks_alone_are_told_apart() -> None:
    for slug, label in (("cpp", "C++"), ("csharp", "C#"), ("ok", "✓"), ("no", "✗")):
        CustomField.objects.create(slug=slug, label=label, kind="text", position=1)
    imported("E-mail,C#,✗,C++,✓,C\na@example.org,1,2,3,4,5\n")
    custom = Contact.objects.get().custom
    assert {name: custom[name] for name in ("csharp", "no", "cpp", "ok")} == {
        "csharp": "1", "no": "2", "cpp": "3", "ok": "4",
    }  # fmt: skip
