"""Stage entered, its follow-ups appear; and they go when the deal does."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.contact_sets import set_lifecycle
from crm.deals import changing
from crm.deals.making import NewDeal, create_deals
from crm.deals.moving import lose, move, reopen, win
from crm.dispatching import dispatch_pending
from crm.models import Contact, Deal
from crm.undo import take_back
from followups import transitions as do
from followups.models import FollowUp, FollowUpSet
from tests.crm.deals.given import deal, reason, stage, these
from tests.crm.invoices.making import invoice
from tests.factories import NOW, contact, contacts
from tests.followups.happening import a_set, again, document, document_kind, open_of, subjects, tell, template
from tests.people import People

LATER = NOW + timedelta(hours=1)


def names(**which: object) -> list[str]:
    return [subject for subject, _ in subjects(open_of(**which))]


@pytest.fixture
def visa(people: People) -> Deal:
    maria = contact("Maria", last_name="Silva", owner=people.sam)
    one = deal("Visa", contact=maria, owner_id=people.sam.pk, by=people.sam)
    dispatch_pending(NOW)
    return one


def test_a_new_deal_has_the_follow_ups_of_its_stage(people: People, visa: Deal) -> None:
    made = FollowUp.objects.get()
    assert made.subject == "Get in touch with Maria about Visa"
    assert (made.deal_id, made.contact_id, made.assignee) == (visa.pk, visa.contact_id, people.sam)
    assert made.assigned_because == "Sam is the owner of the deal"


def test_entering_a_stage_makes_its_follow_ups_and_ends_those_of_the_one_before(people: People, visa: Deal) -> None:
    move(these(visa), to=stage("Proposal sent"), by=people.sam, now=LATER)
    dispatch_pending(LATER)

    assert subjects(open_of(deal=visa)) == [
        ("Ask Maria about the proposal: Visa", date(2026, 3, 5)),
        ("Ask Maria again about the proposal: Visa", date(2026, 3, 9)),
    ]
    [ended] = FollowUp.objects.filter(status="cancelled")
    assert ended.cancel_reason == "The deal moved on to Proposal sent"


@pytest.mark.parametrize("touch", ["start", "snooze", "reschedule", "pin"])
def test_what_somebody_has_in_hand_stays_when_the_deal_moves_on(people: People, visa: Deal, touch: str) -> None:
    from followups.due import Due

    how = {"snooze": {"until": LATER + timedelta(days=1)}, "reschedule": {"due": Due(on=date(2026, 3, 20))}}
    getattr(do, touch)(FollowUp.objects.all(), by=people.sam, now=NOW, **how.get(touch, {}))
    move(these(visa), to=stage("Qualified"), by=people.sam, now=LATER)
    dispatch_pending(LATER)
    assert "Get in touch with Maria about Visa" in names(deal=visa)


def test_what_was_planned_by_hand_stays_when_the_deal_moves_on(people: People, visa: Deal) -> None:
    from followups.creating import create
    from tests.factories import new_followup

    maria = Contact.objects.get(pk=visa.contact_id)
    create([new_followup(maria, people.sam, subject="My own", deal_id=visa.pk)], by=people.sam, now=NOW)
    lose(these(visa), by=people.sam, now=LATER, reason=reason())
    dispatch_pending(LATER)
    assert names(deal=visa) == ["My own"]


@pytest.mark.parametrize("end", ["won", "lost", "deleted"])
def test_a_deal_that_ends_ends_what_waits_on_it(people: People, visa: Deal, end: str) -> None:
    {
        "won": lambda: win(these(visa), by=people.sam, now=LATER),
        "lost": lambda: lose(these(visa), by=people.sam, now=LATER, reason=reason()),
        "deleted": lambda: changing.delete(these(visa), by=people.sam, now=LATER),
    }[end]()
    dispatch_pending(LATER)
    assert names(deal=visa) == []
    assert FollowUp.objects.get().cancel_reason == f"The deal was {end}"


def test_a_deal_that_is_reopened_is_followed_up_again(people: People, visa: Deal) -> None:
    lose(these(visa), by=people.sam, now=LATER, reason=reason())
    dispatch_pending(LATER)
    reopen(these(visa), by=people.sam, now=LATER)
    dispatch_pending(LATER)
    assert names(deal=visa) == ["Get in touch with Maria about Visa"]


def test_a_move_that_is_taken_back_brings_the_follow_ups_back(people: People, visa: Deal) -> None:
    moved = move(these(visa), to=stage("Negotiation"), by=people.sam, now=LATER)
    dispatch_pending(LATER)
    take_back(moved.undo_id or 0, by=people.sam, now=LATER)
    dispatch_pending(LATER)
    assert names(deal=visa) == ["Get in touch with Maria about Visa"]


def test_what_was_done_in_a_stage_is_not_asked_for_when_the_deal_comes_back_to_it(people: People, visa: Deal) -> None:
    do.complete(FollowUp.objects.all(), by=people.sam, now=NOW, outcome="spoke")
    for name in ("Contacted", "New"):
        move(these(visa), to=stage(name), by=people.sam, now=LATER)
        dispatch_pending(LATER)
    assert names(deal=visa) == []


def test_moves_heard_of_together_leave_what_fits_the_last(people: People, visa: Deal) -> None:
    for name in ("Contacted", "Negotiation", "Qualified"):
        move(these(visa), to=stage(name), by=people.sam, now=LATER)
    dispatch_pending(LATER)
    assert names(deal=visa) == ["Arrange a meeting with Maria Silva"]


def test_hearing_of_it_again_changes_nothing(people: People, visa: Deal) -> None:
    move(these(visa), to=stage("Meeting held"), by=people.sam, now=LATER)
    dispatch_pending(LATER)
    before = list(FollowUp.objects.order_by("pk").values("pk", "status", "version"))
    again("deal_created", "deal_stage_changed")
    assert list(FollowUp.objects.order_by("pk").values("pk", "status", "version")) == before


def test_deals_brought_in_from_another_system_set_nobody_to_work(people: People) -> None:
    maria = contact("Maria", owner=people.sam)
    create_deals([NewDeal(name="Old", stage_id=stage().pk, contact_id=maria.pk, imported=True)], by=None, now=NOW)
    dispatch_pending(NOW)
    assert not FollowUp.objects.exists()


def test_a_new_client_is_onboarded(people: People) -> None:
    maria = contact("Maria", owner=people.sam, lifecycle="qualified")
    set_lifecycle(Contact.objects.filter(pk=maria.pk), to="client", by=people.sam, now=NOW)
    dispatch_pending(NOW)
    assert subjects(open_of(contact=maria)) == [
        ("Initial consultation call with Maria", date(2026, 3, 4)),
        ("Send the document checklist to Maria", date(2026, 3, 5)),
        ("Check which documents of Maria are still missing", date(2026, 3, 7)),
        ("Review the documents of Maria", date(2026, 3, 9)),
        ("Tell Maria how the application stands", date(2026, 3, 16)),
    ]


def test_who_is_no_client_any_more_is_not_onboarded_further(people: People) -> None:
    maria = contact("Maria", owner=people.sam, lifecycle="qualified")
    for lifecycle in ("client", "qualified"):
        set_lifecycle(Contact.objects.filter(pk=maria.pk), to=lifecycle, by=people.sam, now=NOW)
        dispatch_pending(NOW)
    assert names(contact=maria) == []


def test_a_document_that_is_asked_for_has_its_follow_up(people: People) -> None:
    paper = document(contact("Maria", owner=people.sam))
    tell("document_requested", paper)
    made = FollowUp.objects.get()
    assert (made.subject, made.document_id) == ("Remind Maria of Passport", paper.pk)


def test_a_document_that_need_not_come_has_none(people: People) -> None:
    tell("document_requested", document(contact(owner=people.sam), required=False))
    assert not FollowUp.objects.exists()


def test_the_set_of_a_kind_of_document_comes_before_the_one_for_any(people: People) -> None:
    visa_paper = document_kind("Visa paper")
    a_set("Visa papers", (template(), 1), occasion="document_requested", document_kind=visa_paper)
    tell("document_requested", document(contact(owner=people.sam), kind=visa_paper))
    assert list(FollowUp.objects.values_list("subject", flat=True)) == ["Ring"]


def test_an_invoice_that_bears_a_later_day_is_followed_up_from_that_day(people: People) -> None:
    bill = invoice(contact("Maria", owner=people.sam), issued_on=date(2026, 3, 12), due_on=date(2026, 3, 20))
    dispatch_pending(NOW)
    assert [day for _, day in subjects(open_of(invoice=bill))] == [
        date(2026, 3, 15), date(2026, 3, 19), date(2026, 3, 22),
    ]  # fmt: skip


def test_a_set_that_was_put_away_is_not_made(people: People) -> None:
    FollowUpSet.objects.update(archived_at=NOW)
    deal(contact=contact(owner=people.sam))
    dispatch_pending(NOW)
    assert not FollowUp.objects.exists()


def test_a_batch_costs_the_same_whatever_its_size(people: People) -> None:
    def cost(number: int) -> int:
        some = contacts(number, owner=people.sam)
        ids = create_deals(
            [NewDeal(name="D", stage_id=stage().pk, contact_id=one.pk) for one in some], by=None, now=NOW
        )
        dispatch_pending(NOW)
        move(Deal.objects.filter(pk__in=ids), to=stage("Contacted"), by=None, now=LATER)
        from crm.models import Event
        from followups.occasions import use_sets_on_occasions

        events = list(Event.objects.filter(kind="deal_stage_changed", subject_id__in=ids).order_by("pk"))
        with CaptureQueriesContext(connection) as captured:
            use_sets_on_occasions(events, LATER)
        return len(captured)

    cost(1)
    assert cost(40) == cost(2)


def test_two_dispatchers_make_each_follow_up_once(committing: People, in_threads: Callable[..., None]) -> None:
    some = contacts(12, owner=committing.sam)
    create_deals([NewDeal(name="D", stage_id=stage().pk, contact_id=one.pk) for one in some], by=None, now=NOW)
    in_threads(lambda: dispatch_pending(NOW), 2)
    dispatch_pending(NOW)
    assert FollowUp.objects.count() == 12


@pytest.fixture
def in_threads() -> Callable[..., None]:
    """Do the same in several threads at once, each with a connection of its own."""

    def run(what: Callable[[], object], number: int) -> None:
        gate = threading.Barrier(number)

        def one() -> None:
            gate.wait()
            try:
                what()
            finally:
                connection.close()

        threads = [threading.Thread(target=one) for _ in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    return run
