"""No one is forgotten: a follow-up of a partner alone is met wherever one of a client is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from crm.dispatching import dispatch_pending
from crm.models import Contact, Event, Organisation, Partner
from crm.partners.changing import change_partner, delete, give, restore
from crm.searching import search
from crm.undo import take_back
from followups import transitions as do
from followups.access import followups_for
from followups.calendar_feed import calendar
from followups.checkins import make_check_ins
from followups.creating import create
from followups.digest import send_digests
from followups.due import Due
from followups.escalation import acknowledge, climb
from followups.exporting import export_rows
from followups.lifecycle import BadChange
from followups.models import Escalation, FollowUp
from followups.overdue import sweep_overdue
from followups.reminder_plans import ReminderPlan
from followups.reminders import sweep_reminders
from messaging.models import Message
from messaging.rendering import render
from tests.api.calling import api_of
from tests.factories import NOW, contact, followup, new_followup, only, partner
from tests.followups.pages import text
from tests.people import People

DUE = NOW + timedelta(hours=2)
As = Callable[[Any], Client]


@pytest.fixture
def alone(people: People) -> FollowUp:
    """Sam's call to Alba College, which concerns no client, due in two hours with a reminder."""
    alba = partner("Alba College", phone="+442079460018", country="GB", person="Morag Stewart")
    return followup(
        None, people.sam, by=people.sam, partner_id=alba.pk, subject="Ask for the fee list", due=Due(at=DUE),
        reminders=[ReminderPlan(before_minutes=15)],
    )  # fmt: skip


def test_it_must_concern_somebody_who_is_there(people: People) -> None:
    for fields, words in (({}, "Say whom it concerns"), ({"partner_id": 99}, "That partner is not there")):
        with pytest.raises(BadChange, match=words):
            create([new_followup(None, people.sam, **fields)], by=people.sam, now=NOW)


def test_its_merge_fields_know_the_partner(people: People) -> None:
    alba = partner()
    both = followup(
        contact("Maria"), people.sam, partner_id=alba.pk, subject="{{ contact.first_name }} at {{ partner.name }}"
    )
    only_them = followup(
        None, people.sam, partner_id=alba.pk, subject="Ask {{ contact.first_name|them }} at {{ partner.name }}"
    )
    neither = followup(contact(), people.sam, subject="Ask {{ partner.name|the school }}")
    said = [both.subject, only_them.subject, neither.subject]
    assert said == ["Maria at Alba College", "Ask them at Alba College", "Ask the school"]


def test_the_reminder_says_the_partner(alone: FollowUp) -> None:
    assert sweep_reminders(DUE - timedelta(minutes=15)) == 1
    message = Message.objects.get(kind="reminder", channel="in_app")
    assert message.data["client"] == "Alba College"
    assert "Alba College" in render(kind="reminder", subject=message.subject, data=message.data, name="Sam").text


def test_a_reminder_about_both_names_both(people: People) -> None:
    followup(
        contact("Maria", last_name="Silva"), people.sam, partner_id=partner().pk, due=Due(at=DUE),
        reminders=[ReminderPlan(before_minutes=15)],
    )  # fmt: skip
    sweep_reminders(DUE)
    assert Message.objects.filter(kind="reminder").first().data["client"] == "Maria Silva · Alba College"  # type: ignore[union-attr]


def test_it_is_missed_climbs_and_is_acknowledged(people: People, alone: FollowUp) -> None:
    assert sweep_overdue(DUE + timedelta(hours=1)) == 1
    assert Message.objects.filter(kind="overdue", user=people.sam).exists()
    climb(DUE + timedelta(days=3))
    assert Event.objects.filter(kind="escalated", subject_id=alone.pk).exists()
    assert acknowledge(only(alone), by=people.mara, now=DUE + timedelta(days=3)) == [alone.pk]


def test_the_digest_lists_it(people: People, alone: FollowUp) -> None:
    eight = datetime(2026, 3, 3, 8, 0, tzinfo=UTC)
    send_digests(eight - timedelta(hours=12))
    send_digests(eight)
    message = Message.objects.filter(kind="digest", user=people.sam).latest("pk")
    words = render(kind="digest", subject=message.subject, data=message.data, name="Sam")
    assert message.subject == "Tuesday: 1 overdue"
    for part in ("Ask for the fee list", "Alba College"):
        assert part in words.text, part
        assert part in words.html, part


@pytest.mark.parametrize(
    "address",
    ["/", "/focus/", "/followups/", "/followups/?sort=who", "/followups/?sort=-who&columns=who&columns=linked"],
)
def test_pages_show_it_with_the_way_to_the_partner(people: People, alone: FollowUp, as_: As, address: str) -> None:
    with time_machine.travel(NOW, tick=False):
        shown = text(as_(people.sam).get(address))
    assert "Ask for the fee list" in shown
    assert "Alba College" in shown
    assert f"/partners/{alone.partner_id}/" in shown or address == "/"


def test_its_own_page_says_whom_to_ask_for_and_how_to_reach_them(people: People, alone: FollowUp, as_: As) -> None:
    with time_machine.travel(NOW, tick=False):
        shown = text(as_(people.sam).get(f"/followups/{alone.pk}/"))
    for part in (
        "ask for Morag Stewart",
        "tel:+442079460018",
        f'href="/partners/{alone.partner_id}/"',
        "09:00 there too",
    ):
        assert part in shown, part
    assert "quick note" not in shown


@pytest.mark.parametrize("what", ["complete", "snooze", "reschedule", "delegate", "cancel", "more", "edit"])
def test_everything_that_can_be_done_asks_about_it(people: People, alone: FollowUp, as_: As, what: str) -> None:
    answer = as_(people.sam).get(f"/followups/{alone.pk}/{what}/")
    assert answer.status_code == 200
    assert "Alba College" in text(answer) or what == "more"


def test_it_is_completed_without_moving_anybodys_last_contact(people: People, alone: FollowUp, as_: As) -> None:
    maria = contact("Maria", owner=people.sam)
    answer = as_(people.sam).post(f"/followups/{alone.pk}/complete/", {"outcome": "spoke", "notes": "Fees come Friday"})
    alone.refresh_from_db()
    maria.refresh_from_db()
    assert answer.status_code == 302
    assert (alone.status, maria.last_two_way_at) == ("completed", None)
    assert Event.objects.get(kind="followup_completed").contact_id is None


@pytest.mark.parametrize("outcome", ["no_answer", "spoke"])
def test_completing_is_taken_back(people: People, alone: FollowUp, outcome: str) -> None:
    result = do.complete(only(alone), by=people.sam, now=NOW, outcome=outcome)
    assert result.suggestion == ""
    take_back(result.undo_id or 0, by=people.sam, now=NOW + timedelta(seconds=5))
    alone.refresh_from_db()
    assert alone.status == "pending"


def test_feed_export_and_search_hold_it(people: People, alone: FollowUp) -> None:
    feed = calendar(people.sam, now=NOW).decode()
    rows = list(export_rows(followups_for(people.sam).order_by("pk"), ZoneInfo("UTC")))
    row = dict(zip(rows[0], rows[1], strict=True))

    assert "Ask for the fee list · Alba College" in feed.replace("\r\n ", "")
    assert (row["Contact"], row["Partner"], row["Contact number"]) == ("", "Alba College", "")
    assert [hit.detail for hit in search(people.sam, "alba", kinds=["followup"])] == ["Alba College"]
    change_partner(Partner.objects.all(), by=people.sam, now=NOW, changes={"name": "Bell College"})
    assert search(people.sam, "bell", kinds=["followup"])
    assert not search(people.sam, "alba", kinds=["followup"])


def test_lists_over_the_web_are_narrowed_to_a_partner(people: People, alone: FollowUp, as_: As) -> None:
    followup(contact("Maria", owner=people.sam), people.sam, subject="Call Maria")
    shown = text(as_(people.sam).get(f"/followups/?partner={alone.partner_id}"))
    assert "Ask for the fee list" in shown
    assert "Call Maria" not in shown
    assert "Alba College" in shown


def test_the_api_makes_shows_and_filters_it(people: People) -> None:
    api, alba = api_of(people.sam), partner()
    made = api.post("/followups", {"partner": alba.pk, "subject": "Ask", "due_at": "2030-05-01"})
    assert made.status_code == 201, made.content
    body = made.json()  # type: ignore[attr-defined]
    assert (body["contact"], body["partner"]) == (None, alba.pk)
    assert set(body["links"]) == {"note", "event", "document", "invoice", "deal", "automation", "step"}
    listed = api.get(f"/followups?partner={alba.pk}").json()["items"]  # type: ignore[attr-defined]
    assert [one["id"] for one in listed] == [body["id"]]
    assert api.post(f"/followups/{body['id']}/notes", {"text": "x"}).status_code == 422
    assert api.post("/followups", {"subject": "Ask", "due_at": "2030-05-01"}).status_code == 422
    assert api.post("/followups", {"partner": 999, "subject": "Ask", "due_at": "2030-05-01"}).status_code == 422


def seen_by(people: People) -> set[str]:
    cast = {"ada", "mara", "sam", "noor", "otto", "vera"}
    return {name for name in cast if followups_for(getattr(people, name)).exists()}


def test_who_sees_it_follows_assignee_and_owner_of_the_partner(people: People, alone: FollowUp) -> None:
    assert seen_by(people) == {"ada", "vera", "mara", "sam"}
    give(Partner.objects.all(), to=people.otto, by=people.ada, now=NOW)
    assert seen_by(people) == {"ada", "vera", "mara", "sam", "otto"}
    assert search(people.otto, "fee list", kinds=["followup"])


def test_a_manager_sees_what_concerns_a_partner_of_her_team(people: People) -> None:
    alba = partner(owner_id=people.noor.pk)
    followup(None, people.otto, partner_id=alba.pk)
    assert seen_by(people) == {"ada", "vera", "mara", "noor", "otto"}


def test_a_deleted_partners_followups_are_nobodys_and_come_back(people: People, alone: FollowUp) -> None:
    now = NOW + timedelta(minutes=1)
    result = delete(Partner.objects.all(), by=people.sam, now=now)
    assert seen_by(people) == set()  # at once
    assert sweep_reminders(now) == 0
    dispatch_pending(now)
    alone.refresh_from_db()
    assert alone.deleted_at == now
    assert (sweep_overdue(DUE + timedelta(hours=1)), sweep_reminders(DUE)) == (0, 0)

    take_back(result.undo_id or 0, by=people.sam, now=now + timedelta(seconds=5))
    dispatch_pending(now + timedelta(seconds=5))
    alone.refresh_from_db()
    assert alone.deleted_at is None
    assert sweep_reminders(DUE) == 1


def test_what_concerns_a_client_too_stays_when_the_partner_goes(people: People) -> None:
    maria = contact("Maria", owner=people.sam)
    both = followup(maria, people.sam, partner_id=partner().pk)
    delete(Partner.objects.all(), by=people.sam, now=NOW)
    dispatch_pending(NOW)
    both.refresh_from_db()
    assert both.deleted_at is None
    assert followups_for(people.sam).filter(pk=both.pk).exists()
    restore(Partner.objects.all(), by=people.sam, now=NOW)


def test_a_climb_of_a_deleted_partner_ends(people: People, alone: FollowUp) -> None:
    sweep_overdue(DUE + timedelta(hours=1))
    Partner.objects.update(deleted_at=NOW)
    climb(DUE + timedelta(days=3))
    assert Escalation.objects.get().closed_at is not None
    assert not Message.objects.filter(kind="escalation").exists()


def test_a_clients_summary_counts_its_own_only(people: People, alone: FollowUp) -> None:
    maria = contact("Maria", owner=people.sam)
    both = followup(maria, people.sam, partner_id=alone.partner_id)
    do.snooze(only(alone), by=people.sam, now=NOW, until=NOW + timedelta(days=1))
    maria.refresh_from_db()
    assert (maria.open_followups, maria.next_due_by) == (1, both.due_by)
    FollowUp.objects.filter(pk=both.pk).update(contact=None)
    maria.refresh_from_db()
    assert (maria.open_followups, maria.next_due_by) == (0, None)


def test_check_ins_do_not_take_it_for_a_clients(people: People, alone: FollowUp) -> None:
    quiet = contact("Maria", owner=people.sam, lifecycle="client", created_at=NOW - timedelta(days=300))
    Contact.objects.filter(pk=quiet.pk).update(rots_at=NOW - timedelta(days=1))
    make_check_ins(Organisation.objects.current(), today=NOW.date(), now=NOW)
    assert FollowUp.objects.filter(contact=quiet, source_key__startswith="check-in").exists()


def test_many_are_shared_out_with_those_of_clients(people: People, alone: FollowUp) -> None:
    from followups.bulk import share

    followup(contact("Maria"), people.sam)
    result = share(FollowUp.objects.all(), by=people.mara, now=NOW)
    assert not result.refused


def test_the_next_one_is_for_the_same_partner(people: People, alone: FollowUp, as_: As) -> None:
    from followups.models import FollowUpTemplate

    template = FollowUpTemplate.objects.filter(archived_at__isnull=True).first()
    assert template is not None
    as_(people.sam).post(f"/followups/{alone.pk}/complete/", {"outcome": "spoke", "then": str(template.pk)})
    following = FollowUp.objects.exclude(pk=alone.pk).get()
    assert (following.contact_id, following.partner_id) == (None, alone.partner_id)
