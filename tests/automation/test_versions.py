"""Versions: what differs, moving people between them, going back; and that nobody is lost or written to twice."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automation.definition.difference import compare
from automation.drafts import edit, seen_of
from automation.entering import Entry, enroll
from automation.models import INSIDE, Automation, AutomationVersion, Enrollment, StepVisit
from automation.moving import LEAVE, SAME, STAY, CannotMove, move, standing
from automation.publishing import create, go_back, publish
from automation.switching import pause, resume
from messaging.models import Message
from tests.automation.making import goes_on, template, where
from tests.factories import NOW, contact, contacts
from tests.people import People

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def line(*steps: dict[str, Any], **rules: Any) -> dict[str, Any]:
    """A definition in which each step leads to the next."""
    rows = [dict(step) for step in steps]
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        row["exits"] = {"next": following["id"] if following else None} if row["kind"] != "end" else {}
    start = rows[0]["id"] if rows else None
    return {"triggers": [{"kind": "manual"}], "rules": rules, "start": start, "steps": rows}


def wait(pk: str, amount: int = 2) -> dict[str, Any]:
    return {"id": pk, "kind": "wait", "amount": amount, "unit": "days"}


def send(pk: str, wanted: int) -> dict[str, Any]:
    return {"id": pk, "kind": "send_email", "template": wanted}


def republish(one: Automation, definition: dict[str, Any]) -> None:
    """A new version of it goes live."""
    one.refresh_from_db()
    edit(one, lambda _: definition, seen=seen_of(one.live), said="Changed", by=None, now=NOW)
    publish(one, by=None, now=NOW)
    one.refresh_from_db()


def begun(definition: dict[str, Any]) -> Automation:
    one = create(name="Nurture", definition=definition, by=None, now=NOW)
    publish(one, by=None, now=NOW)
    one.refresh_from_db()
    return one


def first_of(one: Automation) -> AutomationVersion:
    return AutomationVersion.objects.get(automation=one, number=1)


def test_whoever_is_inside_finishes_the_version_they_entered() -> None:
    one, maria = begun(line(wait("a"), wait("b"))), contact()
    enroll([Entry(one.pk, maria.pk, NOW)], now=NOW)
    goes_on(NOW)
    republish(one, line(wait("c", 9)))
    goes_on(NOW + 5 * DAY)
    goes_on(NOW + 9 * DAY)
    assert (where(maria).status, where(maria).automation_version) == ("finished", first_of(one))


def test_at_the_same_step_the_wait_goes_on_from_where_it_began() -> None:
    one, maria = begun(line(wait("a"), wait("b"))), contact()
    enroll([Entry(one.pk, maria.pk, NOW)], now=NOW)
    goes_on(NOW)
    republish(one, line(wait("a", 3), wait("c")))
    assert move(one, first_of(one), choices={"a": SAME}, by=None, now=NOW + DAY).moved == 1
    goes_on(NOW + DAY)
    assert (where(maria).step, where(maria).next_at, where(maria).visits) == ("a", NOW + 3 * DAY, 0)
    assert where(maria).automation_version == one.live


def test_at_another_step_it_begins_anew_and_the_step_they_left_has_its_record(people: People) -> None:
    one, maria = begun(line(wait("a"))), contact()
    enroll([Entry(one.pk, maria.pk, NOW)], now=NOW)
    goes_on(NOW)
    republish(one, line(wait("c", 5), {"id": "e", "kind": "end"}))
    move(one, first_of(one), choices={"a": "c"}, by=people.mara, now=NOW + DAY)
    goes_on(NOW + DAY)
    assert (where(maria).step, where(maria).next_at) == ("c", NOW + 6 * DAY)
    visit = StepVisit.objects.get()
    assert (visit.number, visit.step, visit.kind, visit.way) == (0, "a", "wait", "")
    assert visit.why == f"Moved to version 2 by {people.mara.name}."


def test_who_is_to_leave_leaves_and_who_is_to_stay_stays() -> None:
    one, (ana, ben) = begun(line(wait("a"), wait("b"))), contacts(2)
    enroll([Entry(one.pk, ana.pk, NOW)], now=NOW)
    goes_on(NOW)
    goes_on(NOW + 2 * DAY)
    enroll([Entry(one.pk, ben.pk, NOW + 2 * DAY)], now=NOW + 2 * DAY)
    goes_on(NOW + 2 * DAY)
    republish(one, line(wait("a")))
    done = move(one, first_of(one), choices={"a": STAY, "b": LEAVE}, by=None, now=NOW + 2 * DAY)
    assert (done.moved, done.left) == (0, 1)
    assert (where(ana).status, where(ana).stop_reason) == ("stopped", "moved")
    assert (where(ben).status, where(ben).automation_version) == ("waiting", first_of(one))


def test_who_stands_still_for_an_error_is_tried_again_in_the_new_version() -> None:
    one, maria = begun(line(send("a", 2**40))), contact()
    enroll([Entry(one.pk, maria.pk, NOW)], now=NOW)
    goes_on(NOW)
    assert where(maria).status == "failed"
    republish(one, line(send("a", template())))
    move(one, first_of(one), choices={"a": SAME}, by=None, now=NOW)
    goes_on(NOW)
    assert where(maria).status == "finished"
    assert Message.objects.filter(contact=maria).count() == 1


def test_a_step_that_is_not_there_is_refused_and_nobody_is_moved() -> None:
    one, maria = begun(line(wait("a"))), contact()
    enroll([Entry(one.pk, maria.pk, NOW)], now=NOW)
    goes_on(NOW)
    republish(one, line({"id": "a", "kind": "end"}))
    for wanted in (SAME, "gone"):
        with pytest.raises(CannotMove):
            move(one, first_of(one), choices={"a": wanted}, by=None, now=NOW)
    assert where(maria).automation_version == first_of(one)
    assert [(row.step, row.people, row.same) for row in standing(first_of(one), one.live)] == [("a", 1, False)]  # type: ignore[arg-type]


def test_going_back_makes_a_draft_of_the_old_version() -> None:
    one = begun(line(wait("a")))
    republish(one, line(wait("b")))
    draft = go_back(one, first_of(one), by=None, now=NOW)
    assert (draft.number, draft.definition) == (3, first_of(one).definition)


def test_the_difference_is_said_in_words() -> None:
    old = line(wait("a"), wait("b"), wait("c"))
    new = line(wait("a", 5), wait("d"), wait("c"), stop_on_reply=False)
    found = compare(old, new)
    assert [one.step for one in found.added] == ["d"]
    assert [one.step for one in found.removed] == ["b"]
    assert [(one.step, one.words) for one in found.changed] == [("a", ("How long: 2 → 5",))]
    assert found.moved == []
    assert len(found.rules) == 1
    assert found.rules[0].endswith("yes → no")


def test_the_difference_names_what_was_chosen() -> None:
    mails = [{"id": "a", "kind": "send_email", "template": pk} for pk in (1, 2)]
    [found] = compare(line(mails[0]), line(mails[1]), {"template": {1: "Welcome", 2: "Thank you"}}).changed
    assert found.words == ("Template: Welcome → Thank you",)


def test_an_awaited_event_is_the_same_whether_all_of_it_is_said_or_not() -> None:
    brief, whole = ({"event": "reply"}, {"event": "reply", "same_record": True})
    waits = [{"id": "a", "kind": "wait_for_event", "events": [one]} for one in (brief, whole, {"event": "order_paid"})]
    assert not compare(line(waits[0]), line(waits[1]))
    assert compare(line(waits[0]), line(waits[2])).changed[0].words == ("Wait for: a reply → a paid order",)


def test_steps_that_changed_places_lead_elsewhere() -> None:
    found = compare(line(wait("a"), wait("b"), wait("c")), line(wait("a"), wait("c"), wait("b")))
    assert {one.step for one in found.moved} == {"a", "b", "c"}
    assert not compare(line(wait("a")), line(wait("a")))


def test_the_pages_show_versions_and_move_people(client: Client, people: People) -> None:
    client.force_login(people.mara)
    one, maria = begun(line(wait("a"))), contact()
    enroll([Entry(one.pk, maria.pk, NOW)], now=NOW)
    republish(one, line(wait("a", 5)))
    assert "How long: 2 → 5" in client.get(f"/automations/{one.pk}/versions/").content.decode()
    page = client.get(f"/automations/{one.pk}/versions/1/move/").content.decode()
    assert "Wait: 2 days, where 1 person is" in page
    client.post(f"/automations/{one.pk}/versions/1/move/", {"step-a": "="})
    assert where(maria).automation_version == one.live


IDS = ("a", "b", "c", "d", "e")
shapes = st.lists(st.tuples(st.sampled_from(IDS), st.sampled_from(["wait", "send"])), min_size=1, max_size=5).map(
    lambda rows: list({pk: (pk, kind) for pk, kind in rows}.values())
)
acts = st.one_of(
    st.tuples(st.just("enter"), st.integers(0, 3)),
    st.tuples(st.just("days"), st.integers(0, 3)),
    st.tuples(st.just("edit"), shapes),
    st.tuples(st.just("move"), st.integers(0, 5)),
    st.tuples(st.just("pause"), st.booleans()),
)


@given(shapes, st.lists(acts, min_size=3, max_size=12))
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nobody_is_lost_or_written_to_twice_whatever_is_edited_and_moved(shape: Any, plan: list[Any]) -> None:
    with transaction.atomic():
        wanted = template()
        one, who, now = begun(made(shape, wanted)), contacts(4), NOW
        entered: set[int] = set()
        for what, how in plan:
            if what == "enter":
                done = enroll([Entry(one.pk, who[how].pk, now)], now=now)
                entered |= {contact_id for _, contact_id, _ in done.ids}
            elif what == "days":
                now += how * DAY
                goes_on(now)
            elif what == "edit":
                republish(one, made(how, wanted))
            elif what == "move":
                move_all(one, how, now)
            else:
                (pause if how else resume)(Automation.objects.filter(pk=one.pk), by=None, now=now)
        check(one, entered)
        transaction.set_rollback(True)


def made(shape: list[tuple[str, str]], wanted: int) -> dict[str, Any]:
    return line(*(wait(pk) if kind == "wait" else send(pk, wanted) for pk, kind in shape))


def move_all(one: Automation, number: int, now: Any) -> None:
    """Keep the place where that can be, else leave or finish by turns."""
    one.refresh_from_db()
    assert one.live is not None
    for old in AutomationVersion.objects.filter(automation=one).exclude(pk=one.live_id):
        rows = standing(old, one.live)
        before = sum(row.people for row in rows)
        choices = {row.step: SAME if row.same else (STAY, LEAVE)[number % 2] for row in rows}
        done = move(one, old, choices=choices, by=None, now=now)
        left = Enrollment.objects.filter(automation_version=old, status__in=INSIDE).count()
        assert done.moved + done.left + left == before


def check(one: Automation, entered: set[int]) -> None:
    rows = list(Enrollment.objects.filter(automation=one).select_related("automation_version"))
    assert Counter(row.contact_id for row in rows) == dict.fromkeys(entered, 1)
    visits = list(StepVisit.objects.filter(enrollment__automation=one))
    for row in rows:
        steps = {step["id"] for step in row.automation_version.definition["steps"]}
        assert row.status not in INSIDE or not row.step or row.step in steps
        numbers = sorted(visit.number for visit in visits if visit.enrollment_id == row.pk)
        assert numbers == list(range(row.visits))
    sent = [visit for visit in visits if visit.kind == "send_email" and visit.way == "next"]
    assert Message.objects.filter(kind="automation").count() == len(sent)
