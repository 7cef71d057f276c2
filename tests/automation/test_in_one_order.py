"""Who changes many people inside an automation locks them in the order of ids: so no two ever wait for each other (D13)."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F, Model

from automation import switching
from automation.braking import room
from automation.drafts import edit, seen_of
from automation.emptying import sweep_emptying
from automation.entering import Entry, enroll
from automation.models import Automation, Enrollment
from automation.moving import LEAVE, SAME, move
from automation.noticing import notice
from automation.publishing import publish
from crm.audiences.members import add_members
from crm.merging.merging import merge
from crm.models import Audience, Contact, Event
from messaging.holding import hold_back, let_go
from messaging.models import Message
from tests.automation.making import automation, goes_on, template, where
from tests.factories import NOW, contact
from tests.firsts import put_back

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)
WAIT = {"kind": "wait", "amount": 3, "unit": "days"}


def at_once(does: Callable[[], object]) -> tuple[threading.Thread, list[Exception]]:
    """Another connection that does it, and what went wrong there."""
    problems: list[Exception] = []

    def run() -> None:
        try:
            does()
        except Exception as problem:
            problems.append(problem)
        finally:
            connection.close()

    return threading.Thread(target=run), problems


def two_inside(*steps: dict[str, object]) -> tuple[Automation, list[int]]:
    """Two people who wait, of whom the first stands behind the second in the table and in every index but that of ids."""
    put_back()
    made = automation(*(steps or (WAIT, {"kind": "wait", "amount": 1})))
    second, first = contact("Ben"), contact("Ana")
    for who in (first, second):
        enroll([Entry(made.pk, who.pk, NOW)], now=NOW)
    goes_on(NOW)
    ids = list(Enrollment.objects.order_by("pk").values_list("pk", flat=True))
    Enrollment.objects.filter(pk=ids[0]).update(next_at=NOW + 9 * DAY, entered_at=NOW - DAY)
    first_behind(Enrollment, ids)
    return made, ids


def first_behind(model: type[Model], ids: list[int]) -> None:
    """Put the first of the rows behind the other in the table, where whoever asks for no order comes to it last."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"VACUUM FULL {table}"
        )  # close together: a row that is changed stays in its page while there is room
        for _ in range(200):
            model._default_manager.filter(pk=ids[0]).update(contact_id=F("contact_id"))
            cursor.execute(f"SELECT id FROM {table} WHERE id = ANY(%s) ORDER BY ctid", [ids])
            if [row[0] for row in cursor.fetchall()] == ids[::-1]:
                return
    raise AssertionError("The rows stay where they are.")


def meets(ids: list[int], does: Callable[[], object], model: type[Model] = Enrollment) -> None:
    """It, while somebody else takes the rows one after the other, in the order of ids."""
    other, problems = at_once(does)
    rows = model._default_manager.all()
    with transaction.atomic():
        list(rows.filter(pk=ids[0]).select_for_update())
        other.start()
        other.join(timeout=0.7)
        list(rows.filter(pk=ids[1]).select_for_update())
        rows.filter(pk__in=ids).update(**({"depth": 2} if model is Enrollment else {"subject": "Changed"}))
    other.join(timeout=20)
    assert not problems


def only(made: Automation):  # type: ignore[no-untyped-def]
    return Automation.objects.filter(pk=made.pk)


def states() -> set[tuple[str, int]]:
    return set(Enrollment.objects.values_list("status", "depth"))


def test_pausing_an_automation() -> None:
    made, ids = two_inside()
    meets(ids, lambda: switching.pause(only(made), by=None, now=NOW))
    assert states() == {("paused", 2)}


def test_letting_an_automation_go_on() -> None:
    made, ids = two_inside()
    switching.pause(only(made), by=None, now=NOW)
    meets(ids, lambda: switching.resume(only(made), by=None, now=NOW))
    assert states() == {("active", 2)}


def test_putting_an_automation_away() -> None:
    made, ids = two_inside()
    meets(ids, lambda: switching.archive(only(made), inside="stop", by=None, now=NOW))
    assert states() == {("paused", 2)}


def test_stopping_everybody_inside() -> None:
    made, ids = two_inside()
    switching.archive(only(made), inside="stop", by=None, now=NOW)
    meets(ids, lambda: sweep_emptying(NOW))
    assert states() == {("stopped", 2)}


@pytest.mark.parametrize("choice", [SAME, "s2", LEAVE])
def test_moving_people_to_another_version(choice: str) -> None:
    made, ids = two_inside()
    old = made.live
    assert old is not None
    edit(made, lambda was: {**was, "rules": {"reentry": "always"}}, seen=seen_of(old), said="", by=None, now=NOW)
    publish(made, by=None, now=NOW)
    meets(ids, lambda: move(made, old, choices={"s1": choice}, by=None, now=NOW))
    assert {depth for _, depth in states()} == {2}
    assert not Enrollment.objects.filter(automation_version=old, status__in=["active", "waiting"]).exists()


def test_moving_people_from_several_steps() -> None:
    made, ids = two_inside()
    old = made.live
    assert old is not None
    Enrollment.objects.filter(pk=ids[0]).update(step="s2")
    edit(made, lambda was: {**was, "rules": {"reentry": "always"}}, seen=seen_of(old), said="", by=None, now=NOW)
    publish(made, by=None, now=NOW)
    meets(ids, lambda: move(made, old, choices={"s1": SAME, "s2": SAME}, by=None, now=NOW))
    assert not Enrollment.objects.filter(automation_version=old).exists()


def test_merging_two_contacts() -> None:
    two_inside()
    ben, ana = Contact.objects.order_by("pk")
    other = automation(WAIT)
    enroll([Entry(other.pk, ben.pk, NOW)], now=NOW)
    ids = list(Enrollment.objects.filter(contact=ben).order_by("pk").values_list("pk", flat=True))
    first_behind(Enrollment, ids)
    meets(ids, lambda: merge(Contact.objects.all(), kept=ana.pk, gone=ben.pk, by=None, now=NOW))
    assert where(ana).automation_id == other.pk


@pytest.mark.parametrize("back", [False, True])
def test_holding_messages_back_and_letting_them_go(back: bool) -> None:
    two_inside({"kind": "send_email", "template": template()}, WAIT)
    ids = list(Message.objects.order_by("pk").values_list("pk", flat=True))
    rows = Message.objects.filter(pk__in=ids)
    rows.update(status="scheduled", send_after=NOW + DAY, reason="Held." if back else "")
    first_behind(Message, ids)
    verb = transaction.atomic(let_go if back else hold_back)
    meets(ids, lambda: verb(rows, reason="Held.", now=NOW), Message)
    assert set(Message.objects.values_list("reason", flat=True)) == {"" if back else "Held."}


def test_a_brake_that_pulls_waits_for_nobody_who_is_on_the_move() -> None:
    """A worker who holds the count and one who holds people inside, and who is about to let others in, both come through."""
    made, ids = two_inside()
    Automation.objects.filter(pk=made.pk).update(brake=1, forecast=1)
    newcomers = [contact("Cem").pk, contact("Dora").pk]
    other, problems = at_once(lambda: enroll([Entry(made.pk, pk, NOW) for pk in newcomers], now=NOW))
    with transaction.atomic():
        list(Enrollment.objects.filter(pk__in=ids).select_for_update())
        other.start()
        other.join(timeout=0.7)
        assert room({made.pk}, NOW) == {made.pk: 0}
    other.join(timeout=20)
    assert not problems
    made.refresh_from_db()
    assert made.state == "paused"
    goes_on(NOW + 4 * DAY)
    assert set(Enrollment.objects.filter(pk__in=ids).values_list("visits", flat=True)) == {0}


def test_a_brake_that_pulls_leaves_an_automation_that_is_just_being_switched() -> None:
    made, _ = two_inside()
    Automation.objects.filter(pk=made.pk).update(brake=1, forecast=1)
    newcomers = [contact("Cem").pk, contact("Dora").pk]
    other, problems = at_once(lambda: enroll([Entry(made.pk, pk, NOW) for pk in newcomers], now=NOW))
    with transaction.atomic():
        list(only(made).select_for_update(no_key=True))
        other.start()
        other.join(timeout=20)
        assert not other.is_alive()
    assert not problems
    assert Enrollment.objects.filter(contact__in=newcomers).count() == 1


def test_a_brake_that_pulls_holds_a_message_that_somebody_has_in_hand_once_they_let_go() -> None:
    made, _ = two_inside({"kind": "send_email", "template": template()}, WAIT)
    Message.objects.update(status="scheduled", send_after=NOW + DAY)
    first, _ = Message.objects.order_by("pk")
    Automation.objects.filter(pk=made.pk).update(brake=1, forecast=1)
    newcomers = [contact("Cem").pk, contact("Dora").pk]
    other, problems = at_once(lambda: enroll([Entry(made.pk, pk, NOW) for pk in newcomers], now=NOW))
    with transaction.atomic():
        list(Message.objects.filter(pk=first.pk).select_for_update())
        other.start()
        other.join(timeout=1)
        assert only(made).get().state == "paused"
    other.join(timeout=20)
    assert not problems
    assert set(Message.objects.filter(user=None).values_list("reason", flat=True)) == {switching.HELD}


def test_letting_those_go_on_who_are_back_in_their_audience() -> None:
    put_back()
    warm, who = Audience.objects.create(name="Warm", kind="static", created_at=NOW, updated_at=NOW), contact()
    for _ in range(2):
        joined = [{"kind": "audience_joined", "audience": warm.pk}]
        enroll([Entry(automation(WAIT, triggers=joined, leaving_audience="pause").pk, who.pk, NOW)], now=NOW)
    goes_on(NOW)
    ids = list(Enrollment.objects.order_by("pk").values_list("pk", flat=True))
    Enrollment.objects.filter(pk=ids[0]).update(status="paused", paused_by="audience")
    add_members(warm, Contact.objects.filter(pk=who.pk), by=None, now=NOW)
    events = list(Event.objects.filter(kind="audience_joined"))
    meets(ids, lambda: transaction.atomic(notice)(events, NOW))
    assert states() == {("active", 2), ("waiting", 2)}
