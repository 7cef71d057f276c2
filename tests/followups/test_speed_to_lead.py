"""A new lead has its first contact within minutes; one that waits goes round, and then up."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.contacts import NewContact, create_contacts
from crm.dispatching import dispatch_pending
from crm.due import run_until_quiet
from crm.models import Absence, Contact, Event, Organisation
from crm.timeline import Happening, record
from followups import transitions as do
from followups.due import Due
from followups.models import Escalation, FollowUp
from followups.overdue import sweep_overdue
from followups.reminders import sweep_reminders
from followups.speed_to_lead import sweep_first_contacts, welcome_leads
from messaging.models import Message
from tests.factories import NOW, contact, contacts, followup, only
from tests.followups.test_together import at_once
from tests.people import People, person

FIVE = timedelta(minutes=5)


def lead(name: str = "Lea", now: datetime = NOW, **fields: Any) -> FollowUp:
    """A new lead as it arrives, and the first contact it gets."""
    [pk] = create_contacts([NewContact(first_name=name, **fields)], by=None, now=now).ids
    dispatch_pending(now)
    return FollowUp.objects.get(contact=pk)


def told(kind: str, **of: Any) -> list[str]:
    found = Message.objects.filter(kind=kind, channel="in_app", **of)
    return sorted(found.values_list("user__full_name", flat=True))


def test_a_new_lead_gets_its_first_contact_in_five_minutes(people: People) -> None:
    one = lead()
    assert (one.subject, one.type.slug, one.priority, one.speed_to_lead) == ("Initial contact", "call", "urgent", True)
    assert (one.due_at, one.assignee) == (NOW + FIVE, people.sam)
    assert "most room" in one.assigned_because
    assert told("new_lead") == ["Sam"]


def test_a_lead_without_an_owner_gets_that_person(people: People) -> None:
    one = lead()
    assert Contact.objects.get().owner == one.assignee
    assert Event.objects.get(kind="owner_changed").data["to"] == one.assignee.name


def test_an_owner_gets_their_own_lead_unless_they_are_away(people: People) -> None:
    mine = lead("Mine", owner_id=people.otto.pk)
    Absence.objects.create(user=people.noor, starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 9))
    hers = lead("Hers", owner_id=people.noor.pk)
    assert (mine.assignee, mine.assigned_because) == (people.otto, "Otto owns this lead")
    assert hers.assignee == people.sam
    assert hers.contact.owner == people.noor


def test_clients_and_those_who_asked_for_no_clock_get_none(people: People) -> None:
    create_contacts(
        [NewContact(first_name="Client", lifecycle="client"), NewContact(first_name="Quiet", speed_to_lead=False)],
        by=None,
        now=NOW,
    )
    dispatch_pending(NOW)
    assert not FollowUp.objects.exists()


def test_an_event_told_twice_makes_one(people: People) -> None:
    lead()
    again = Happening("contact_imported", Contact.objects.get().pk, NOW, data={"lifecycle": "new", "file": "leads.csv"})
    record([again], now=NOW)
    dispatch_pending(NOW)
    assert FollowUp.objects.count() == 1


def test_many_imported_leads_are_shared_out_evenly_in_few_queries(people: People) -> None:
    def arrive(number: int) -> int:
        rows = contacts(number)
        data = {"lifecycle": "new", "file": "leads.csv", "import_id": 1}
        record([Happening("contact_imported", one.pk, NOW, data=data) for one in rows], now=NOW)
        with CaptureQueriesContext(connection) as queries:
            dispatch_pending(NOW)
        return len(queries)

    few, many = arrive(64), arrive(1024)  # both fill all sixteen shards
    counts = list(FollowUp.objects.values_list("assignee__full_name", flat=True))
    spread = [counts.count(name) for name in ("Sam", "Noor", "Otto")]
    assert max(spread) - min(spread) <= 1
    assert [counts.count(name) for name in ("Mara", "Ada")] == [20, 20]  # what they have room for, and no more
    assert sum(spread) == 64 + 1024 - 40
    assert many <= few + 16
    assert len(told("new_lead")) <= 2 * 16 * 3


def test_unmet_it_passes_to_the_next_and_both_are_told(people: People) -> None:
    one = lead()
    assert sweep_first_contacts(NOW + FIVE - timedelta(seconds=1)) == 0
    assert sweep_first_contacts(NOW + FIVE) == 1
    one.refresh_from_db()

    assert (one.assignee, one.passes, one.status) == (people.noor, 1, "pending")
    assert one.due_at == NOW + 2 * FIVE
    event = Event.objects.get(kind="followup_passed_on")
    assert (event.data["from"], event.data["to"]) == ("Sam", "Noor")
    assert "did not get to it within 5 minutes" in event.data["because"]
    assert told("new_lead", user=people.noor) == ["Noor"]
    assert told("lead_passed_on") == ["Sam"]
    assert list(one.reminders.filter(state="waiting").values_list("user__full_name", flat=True)) == ["Noor"]


def test_it_never_passes_to_somebody_away_or_to_the_same_twice(people: People) -> None:
    Absence.objects.create(user=people.noor, starts_on=date(2026, 3, 2), ends_on=date(2026, 3, 2))
    one = lead()
    had = [one.assignee.name]
    for i in range(1, 4):
        sweep_first_contacts(NOW + i * FIVE)
        one.refresh_from_db()
        had.append(one.assignee.name)
    assert had == ["Sam", "Otto", "Mara", "Ada"]  # agents first, then whoever steps in


def test_after_its_rounds_the_manager_is_told_and_it_stays(people: People) -> None:
    Organisation.objects.update(speed_to_lead_passes=1)
    one = lead()
    for i in range(1, 4):
        sweep_first_contacts(NOW + i * FIVE)
    one.refresh_from_db()

    assert (one.assignee, one.status, one.passes) == (people.noor, "missed", 1)
    assert told("lead_waiting") == ["Mara"]
    assert Escalation.objects.get(followup=one).next_at == NOW + 2 * FIVE


def test_with_nobody_left_it_goes_up_at_once(people: People) -> None:
    for user in (people.noor, people.otto, people.mara, people.ada):
        user.is_active = False
        user.save(update_fields=["is_active"])
    one = lead()
    sweep_first_contacts(NOW + FIVE)
    one.refresh_from_db()
    assert (one.status, one.assignee) == ("missed", people.sam)
    assert Escalation.objects.filter(followup=one, closed_at=None).exists()


def test_met_in_time_nothing_passes(people: People) -> None:
    started, called = lead("Started"), lead("Called")
    do.start(only(started), by=people.sam, now=NOW)
    do.complete(only(called), by=people.sam, now=NOW, outcome="spoke")
    assert sweep_first_contacts(NOW + FIVE) == 0


def test_moved_by_a_person_it_is_theirs_like_any_other(people: People) -> None:
    one = lead()
    tomorrow = NOW + timedelta(days=1)
    do.reschedule(only(one), by=people.sam, now=NOW, due=Due(at=tomorrow))
    assert sweep_first_contacts(tomorrow) == 0
    assert sweep_overdue(tomorrow) == 1


def test_the_overdue_sweep_leaves_the_running_clock_alone(people: People) -> None:
    one = lead()
    result = run_until_quiet(NOW + FIVE)
    one.refresh_from_db()
    assert (result["speed_to_lead"], result.get("overdue"), one.status) == (1, None, "pending")


def test_at_night_it_waits_and_the_morning_gives_everybody_their_minutes(people: People) -> None:
    late = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    one = lead(now=late)
    assert one.due_at == late + FIVE
    morning = datetime(2026, 3, 3, 9, 0, tzinfo=UTC)
    assert sweep_first_contacts(late + timedelta(hours=1)) == 0
    assert sweep_first_contacts(morning + timedelta(minutes=4)) == 0
    assert sweep_first_contacts(morning + FIVE) == 1


def test_by_territory_and_team(people: People) -> None:
    people.otto.countries = ["BR"]
    people.otto.save(update_fields=["countries"])
    brazilian = lead("Bruno", country="BR")
    visa = lead("Vilma", team_id=people.visa.pk)
    assert (brazilian.assignee, brazilian.assigned_because) == (
        people.otto,
        "Otto serves BR and has room, 0 of 20 open",
    )
    assert visa.assignee in (people.sam, people.noor)


def test_with_everybody_full_somebody_still_gets_it_and_the_reason_says_so(people: People) -> None:
    for user in (people.sam, people.noor, people.otto, people.mara, people.ada):
        user.capacity = 1
        user.save(update_fields=["capacity"])
        followup(contact(), user)
    one = lead()
    assert one.assigned_because == "Everybody is at capacity; Sam carries least, 1 of 1 open"


def test_people_who_come_later_take_part(people: People) -> None:
    one = lead()
    for user in (people.noor, people.otto, people.mara, people.ada):
        user.is_active = False
        user.save(update_fields=["is_active"])
    person("Nina")
    sweep_first_contacts(NOW + FIVE)
    one.refresh_from_db()
    assert one.assignee.name == "Nina"


def test_many_leads_at_once_remind_each_person_once(people: People) -> None:
    create_contacts([NewContact(first_name=f"Lea {number}") for number in range(10)], by=None, now=NOW)
    dispatch_pending(NOW)
    assert sweep_reminders(NOW + FIVE) == 10
    reminded = list(Message.objects.filter(kind="reminder", channel="email").order_by("user__full_name"))
    assert [message.user.full_name for message in reminded] == ["Noor", "Otto", "Sam"]
    assert reminded[0].subject == "First contacts with new leads, due Mon 2 Mar 2026, 09:05"
    assert reminded[0].data["url"] == "/followups/?assignee=me"


def test_leads_that_come_seconds_apart_remind_each_person_once(people: People) -> None:
    for seconds in (0, 3):
        later = NOW + timedelta(seconds=seconds)
        create_contacts([NewContact(first_name=f"Lea {number}") for number in range(6)], by=None, now=later)
        dispatch_pending(later)
    assert sweep_reminders(NOW + FIVE) == 12
    assert Message.objects.filter(kind="reminder", channel="email").count() == 3


def test_two_workers_who_share_out_at_once_see_what_the_other_gave(committing: People) -> None:
    for _ in range(2):
        create_contacts([NewContact(first_name=f"Lea {number}") for number in range(60)], by=None, now=NOW)
    events = list(Event.objects.filter(kind="contact_created").order_by("pk"))
    at_once(lambda: welcome_leads(events[:60], NOW), lambda: welcome_leads(events[60:], NOW))
    carried = Counter(FollowUp.objects.values_list("assignee__full_name", flat=True))
    assert (carried["Mara"], carried["Ada"]) == (20, 20)  # the agents had room for sixty, so these stepped in
    assert carried.total() == 120
