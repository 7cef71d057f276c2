"""Making follow-ups, changing many at once, and sending them out of the house."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.test import Client
from icalendar import Calendar
from openpyxl import load_workbook

from crm.models import Event, Tag, User
from crm.notes import add_note
from followups import transitions
from followups.due import Due
from followups.models import CalendarFeed, FollowUp, FollowUpTemplate
from tests.factories import NOW, contact, followup, kind, only
from tests.followups.pages import text
from tests.people import People

pytestmark = pytest.mark.usefixtures("at_now")
SignIn = Callable[[User], Client]


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def undo_of(answer: Any) -> str:
    tags = [
        message.extra_tags for message in get_messages(answer.wsgi_request) if "undo:" in (message.extra_tags or "")
    ]
    return tags[-1].removeprefix("undo:")


@pytest.fixture
def call(people: People) -> FollowUp:
    """A call of Sam to a lead of his, an hour late."""
    return followup(contact(owner=people.sam), people.sam, subject="Call Maria", due=Due(at=NOW - timedelta(hours=1)))


def state(one: FollowUp) -> FollowUp:
    return FollowUp.objects.get(pk=one.pk)


# --- Many at once ----------------------------------------------------------------------------------


def several(people: People, number: int = 3) -> list[FollowUp]:
    return [followup(contact(f"C{i}", owner=people.sam), people.sam, subject=f"Do {i}") for i in range(number)]


def test_ticked_rows_are_completed_together_and_undone_together(people: People, as_: SignIn) -> None:
    ones, client = several(people), as_(people.sam)
    ids = [one.pk for one in ones]
    asked = client.post("/followups/bulk/complete/", {"ids": ids})
    assert "3 follow-ups" in text(asked)
    assert FollowUp.objects.filter(status="completed").count() == 0
    answer = client.post("/followups/bulk/complete/", {"ids": ids, "outcome": "spoke"})
    assert said(answer) == ["Completed 3 follow-ups"]
    client.post(undo_of(answer))
    assert FollowUp.objects.filter(status="pending").count() == 3


def test_where_one_refuses_nothing_is_changed_and_the_others_are_offered(people: People, as_: SignIn) -> None:
    ones, client = several(people), as_(people.sam)
    transitions.complete(only(ones[0]), by=people.sam, now=NOW, outcome="spoke")
    ids = [one.pk for one in ones]
    answer = client.post("/followups/bulk/reschedule/", {"ids": ids, "day": "2026-04-01"})
    assert answer.status_code == 422
    assert "Nothing was changed: 1 of 3 refuses" in text(answer)
    assert "Do the other 2" in text(answer)
    assert not FollowUp.objects.filter(due_on="2026-04-01").exists()
    client.post("/followups/bulk/reschedule/", {"ids": ids, "day": "2026-04-01", "without": str(ones[0].pk)})
    assert FollowUp.objects.filter(due_on="2026-04-01").count() == 2


def test_all_that_match_the_filter_are_changed_and_only_those(people: People, as_: SignIn) -> None:
    several(people, 60)
    followup(contact(), people.otto, subject="Not mine")
    client = as_(people.sam)
    answer = client.post("/followups/bulk/priority/", {"all": "1", "query": "assignee=me", "priority": "urgent"})
    assert said(answer) == ["Changed the priority of 60 follow-ups"]
    assert FollowUp.objects.filter(priority="urgent").count() == 60


def test_a_set_is_shared_out_to_those_with_room_and_one_undo_takes_it_back(people: People, as_: SignIn) -> None:
    ones = several(people, 12)
    for _ in range(8):
        followup(contact(), people.otto)
    answer = as_(people.mara).post("/followups/bulk/assign/", {"ids": [one.pk for one in ones], "to": "auto"})
    held = {
        name: FollowUp.objects.filter(assignee__full_name=name, subject__startswith="Do").count()
        for name in ("Sam", "Noor", "Otto")
    }
    assert sum(held.values()) == 12
    assert held["Noor"] >= 4
    assert held["Otto"] < held["Noor"]
    as_(people.mara).post(undo_of(answer))
    assert FollowUp.objects.filter(assignee=people.sam).count() == 12


def test_a_set_goes_to_one_person_who_may_hold_some_already(people: People, as_: SignIn) -> None:
    ones = several(people)
    transitions.delegate(only(ones[0]), by=people.sam, now=NOW, to=people.noor)
    answer = as_(people.sam).post("/followups/bulk/assign/", {"ids": [one.pk for one in ones], "to": people.noor.pk})
    assert said(answer) == ["Gave away 2 follow-ups"]
    bad = as_(people.sam).post("/followups/bulk/assign/", {"ids": [ones[1].pk], "to": people.vera.pk})
    assert bad.status_code == 422
    assert "Choose a colleague" in text(bad)


def test_tags_go_on_and_off_a_set(people: People, as_: SignIn) -> None:
    ones, vip = several(people), Tag.objects.create(name="VIP", slug="vip")
    client, ids = as_(people.sam), [one.pk for one in ones]
    transitions.tag(only(ones[0]), by=people.sam, now=NOW, add=[vip.pk])
    client.post("/followups/bulk/tag/", {"ids": ids, "add": vip.pk})
    assert vip.followups.count() == 3
    client.post("/followups/bulk/tag/", {"ids": ids, "remove": vip.pk})
    assert vip.followups.count() == 0


def test_many_at_once_respects_roles_owners_and_the_empty_hand(people: People, as_: SignIn) -> None:
    ones = several(people)
    ids = [one.pk for one in ones]
    assert as_(people.sam).post("/followups/bulk/delete/", {"ids": ids}).status_code == 403
    assert as_(people.vera).post("/followups/bulk/complete/", {"ids": ids, "outcome": "spoke"}).status_code == 403
    assert as_(people.sam).post("/followups/bulk/explode/", {"ids": ids}).status_code == 404
    nothing = as_(people.otto).post("/followups/bulk/complete/", {"ids": ids, "outcome": "spoke"})
    assert said(nothing) == ["Tick at least one follow-up first."]
    assert FollowUp.objects.filter(status="pending", deleted_at=None).count() == 3
    as_(people.mara).post("/followups/bulk/delete/", {"ids": ids})
    assert FollowUp.objects.filter(deleted_at=None).count() == 0


# --- Making ----------------------------------------------------------------------------------------


def test_a_new_follow_up_takes_its_fields_and_offers_undo(people: People, as_: SignIn) -> None:
    maria, vip = contact(owner=people.sam), Tag.objects.create(name="VIP", slug="vip")
    answer = as_(people.sam).post("/followups/new/", {
        "contact": maria.pk, "subject": "Call about the visa", "day": "2026-03-09", "time": "15:00", "zone": "Asia/Manila",
        "type": kind("meeting").pk, "priority": "high", "assignee": people.noor.pk, "description": "<p>Ask</p><script>x</script>",
        "group": "September", "tags": [vip.pk], "own_reminders": "on", "reminders": ["60", "1440"], "remind_day": "2026-03-08", "pinned": "on",
    })  # fmt: skip
    made = FollowUp.objects.get()
    assert answer["Location"] == f"/followups/{made.pk}/"
    assert made.due_at == NOW.replace(day=9, hour=7)  # 15:00 in Manila
    assert (made.assignee, made.group, made.pinned, made.description) == (people.noor, "September", True, "<p>Ask</p>")
    assert sorted(made.reminders.values_list("before_minutes", flat=True), key=str) == [1440, 60, None]
    as_(people.sam).post(undo_of(answer))
    assert FollowUp.objects.get().deleted_at


def test_a_template_fills_the_form_in(people: People, as_: SignIn) -> None:
    maria, template = contact(owner=people.sam), FollowUpTemplate.objects.get(name="Progress update")
    page = text(as_(people.sam).get(f"/followups/new/?contact={maria.pk}&template={template.pk}"))
    assert "Progress update for Maria" in page
    assert 'value="2026-03-09"' in page
    assert 'value="11:00"' in page


def test_several_clients_get_one_each_after_a_preview_of_who_does_which(people: People, as_: SignIn) -> None:
    theirs = [contact(name, owner=people.sam) for name in ("Ana", "Ben", "Cleo")]
    ids = ",".join(str(one.pk) for one in theirs)
    client = as_(people.sam)
    assert "A follow-up for each of 3 clients" in text(client.get(f"/followups/new/?contacts={ids}"))
    form = {
        "contacts": ids,
        "subject": "Call {{ contact.first_name }}",
        "day": "2026-03-09",
        "type": kind().pk,
        "priority": "low",
        "assignee": "auto",
    }
    preview = client.post("/followups/new/", form)
    assert preview.status_code == 200
    assert "Call Cleo" in text(preview)
    assert "has the most room" in text(preview)
    assert not FollowUp.objects.exists()
    answer = client.post("/followups/new/", form | {"sure": "yes"})
    assert said(answer) == ["Added 3 follow-ups"]
    assert sorted(FollowUp.objects.values_list("subject", flat=True)) == ["Call Ana", "Call Ben", "Call Cleo"]


def test_a_note_or_an_event_becomes_a_follow_up_and_stays_linked(people: People, as_: SignIn) -> None:
    maria, other = contact(owner=people.sam), contact()
    note = add_note(maria, by=people.sam, now=NOW, body="<p>Wants the September intake</p>")
    event = Event.objects.get(kind="note_added")
    client = as_(people.sam)
    page = text(client.get(f"/followups/new/?contact={maria.pk}&note={note.pk}"))
    assert 'value="Wants the September intake"' in page
    form = {"contact": maria.pk, "subject": "Ask", "day": "2026-03-09", "type": kind().pk, "priority": "low"}
    client.post("/followups/new/", form | {"note": note.pk})
    client.post("/followups/new/", form | {"event": event.pk})
    client.post("/followups/new/", form | {"contact": followup(other, people.sam).contact_id, "note": note.pk})
    linked = FollowUp.objects.filter(subject="Ask").order_by("pk").values_list("note_id", "event_id")
    assert list(linked) == [(note.pk, None), (None, event.pk), (None, None)]


def test_the_picker_finds_own_contacts_while_typing(people: People, as_: SignIn) -> None:
    contact("Zoé", last_name="Martin", owner=people.sam)
    contact("Zora", owner=people.otto)
    found = json.loads(text(as_(people.sam).get("/followups/contacts/?q=zo")))
    assert [one["label"] for one in found] == ["Zoé Martin"]


def test_editing_changes_only_what_differs_in_one_go(people: People, as_: SignIn, call: FollowUp) -> None:
    form = {
        "subject": "Call Maria again",
        "day": "2026-03-02",
        "time": "08:00",
        "type": kind().pk,
        "priority": "high",
        "version": call.version,
        "assignee": people.sam.pk,
    }
    answer = as_(people.sam).post(f"/followups/{call.pk}/edit/", form)
    assert answer.status_code == 302
    one = state(call)
    assert (one.subject, one.priority, one.due_at, one.reschedule_count) == ("Call Maria again", "high", call.due_at, 0)


# --- Out of the house ------------------------------------------------------------------------------


def test_the_filtered_list_goes_out_as_csv_and_as_a_workbook_with_formulas_made_harmless(
    people: People, as_: SignIn
) -> None:
    followup(contact(owner=people.sam), people.sam, subject="=HYPERLINK(1)", due=Due(at=NOW - timedelta(hours=1)))
    followup(contact(owner=people.sam), people.sam, subject="Later one")
    mara = as_(people.mara)
    answer = mara.get("/followups/export/?due=overdue&format=csv")
    body = b"".join(answer.streaming_content).decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in body
    assert "Later one" not in body
    assert "2026-03-02 08:00+00:00" in body
    book = b"".join(mara.get("/followups/export/?format=xlsx").streaming_content)
    cells = [cell for row in load_workbook(io.BytesIO(book)).active.iter_rows() for cell in row]
    assert any(cell.value == "'=HYPERLINK(1)" and cell.data_type == "s" for cell in cells)
    assert as_(people.sam).get("/followups/export/").status_code == 403


def test_the_export_command_writes_what_a_colleague_may_see(people: People, tmp_path: Any, capsys: Any) -> None:
    followup(contact(owner=people.sam), people.sam, subject="Of Sam")
    followup(contact(owner=people.otto), people.otto, subject="Of Otto")
    file = tmp_path / "out.csv"
    out = io.StringIO()
    call_command("export_followups", str(file), "--user", "sam@example.com", "--json", stdout=out)
    assert json.loads(out.getvalue())["followups"] == 1
    assert "Of Sam" in file.read_text()
    assert "Of Otto" not in file.read_text()


def test_the_calendar_feed_needs_no_sign_in_and_ends_when_its_person_says_so(people: People, as_: SignIn) -> None:
    followup(
        contact(last_name="Santos", owner=people.sam),
        people.sam,
        subject="Call about visa",
        due=Due(at=NOW + timedelta(hours=2)),
    )
    followup(contact(owner=people.sam), people.sam, subject="Any time", due=Due(on=NOW.date() + timedelta(days=3)))
    followup(contact(), people.otto, subject="Not his")
    client = as_(people.sam)
    client.post("/settings/calendar/", {"do": "new"})
    feed = CalendarFeed.objects.get()
    assert feed.token in text(client.get("/settings/calendar/"))
    answer = Client().get(f"/calendar/{feed.token}.ics")
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [str(event["SUMMARY"]) for event in events] == ["Call about visa · Maria Santos", "Any time · Maria"]
    assert events[0].decoded("DTSTART") == NOW + timedelta(hours=2)
    assert events[1].decoded("DTSTART") == NOW.date() + timedelta(days=3)
    client.post("/settings/calendar/", {"do": "new"})
    assert Client().get(f"/calendar/{feed.token}.ics").status_code == 404
    client.post("/settings/calendar/", {"do": "end"})
    assert not CalendarFeed.objects.exists()
    assert Client().get("/calendar/nothing.ics").status_code == 404
