"""One person taken through in simulated time: what is shown, and that nothing of it stays."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from automation import compiling
from automation.definition.whole import Definition
from automation.models import Automation, AutomationVersion, Enrollment, StepVisit
from automation.sandbox.exploring import follow_every_branch
from automation.sandbox.rehearsing import LOCK_MS, Asked, CannotRehearse, rehearse
from automation.sandbox.timeline import Line, Rehearsed, as_data
from automation.sandbox.what_ifs import BadWhatIf, read_what_ifs
from crm.models import Contact, Event
from followups.models import FollowUp
from messaging.models import Message
from tests.automation.making import automation, template
from tests.factories import NOW, contact
from tests.people import People, everybody

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
WAIT = {"kind": "wait", "amount": 2, "unit": "days"}
ANSWER = {
    "kind": "wait_for_event", "events": [{"event": "reply"}], "amount": 3, "unit": "days",
    "exits": {"happened": "s3", "timed_out": "s4"},
}  # fmt: skip


@pytest.fixture
def people() -> People:
    return everybody()


def asked(made: Automation, who: Contact, *what_ifs: dict[str, Any], **more: Any) -> Asked:
    version = AutomationVersion.objects.get(automation=made)
    return Asked(
        made, Definition.model_validate(version.definition), version.number, who, NOW,
        what_ifs=read_what_ifs(list(what_ifs)), **more,
    )  # fmt: skip


def lines(run: Rehearsed, kind: str) -> list[Line]:
    return [line for line in run.lines if line.kind == kind]


def everything() -> dict[str, int]:
    """How many rows every table holds."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        cursor.execute(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in names))
        return dict(cursor.fetchall())


def asking() -> Automation:
    """A message, a wait for an answer, and a message for either way."""
    mail = {"kind": "send_email", "template": template("Ask", text="Dear {{ contact.first_name|friend }}")}
    return automation(mail, ANSWER, {**mail, "exits": {}}, {**mail, "exits": {}}, stop_on_reply=False)


def test_a_message_is_shown_as_it_would_look_and_when_it_would_leave() -> None:
    run = rehearse(asked(asking(), contact("Maria"))).messages[0]
    assert (run.text, run.subject, run.verdict, run.leaves_at) == ("Dear Maria", "Thank you", "sent", NOW)


def test_nobody_does_anything_unless_it_is_supposed() -> None:
    run = rehearse(asked(asking(), contact()))
    assert run.steps == [("s1", "next"), ("s2", "timed_out"), ("s4", "next")]
    assert (run.outcome, run.ended_at) == ("finished", NOW + 3 * DAY)
    assert [line.until for line in lines(run, "waits")] == [NOW + 3 * DAY]


def test_a_supposed_answer_takes_the_other_way_at_its_moment() -> None:
    run = rehearse(asked(asking(), contact(), {"kind": "reply", "amount": 1, "step": "s1"}))
    assert run.steps == [("s1", "next"), ("s2", "happened"), ("s3", "next")]
    assert [line.at for line in lines(run, "step")] == [NOW, NOW + DAY, NOW + DAY]


def test_the_way_taken_has_its_label_and_its_reason() -> None:
    run = rehearse(asked(asking(), contact()))
    line = lines(run, "step")[1]
    assert (line.way_label, line.why) == ("not within 3 days", "Nothing of the kind within 3 days.")


def test_nothing_of_it_stays_and_nothing_leaves(django_capture_on_commit_callbacks: Any) -> None:
    made, maria = asking(), contact()
    before, kept = everything(), dict(compiling._kept)
    with django_capture_on_commit_callbacks() as after_commit:
        run = rehearse(asked(made, maria, {"kind": "reply", "amount": 1, "step": "s1"}))
    assert run.messages
    assert everything() == before
    assert after_commit == []
    assert compiling._kept == kept
    made.refresh_from_db()
    assert made.state == "active"


def test_no_setting_of_the_connection_stays(django_capture_on_commit_callbacks: Any) -> None:
    rehearse(asked(asking(), contact()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("0", "0")


def test_a_message_written_at_night_is_shown_when_it_would_leave() -> None:
    who = contact(time_zone="America/New_York")
    made = automation({"kind": "wait", "amount": 17, "unit": "hours"}, {"kind": "send_email", "template": template()})
    [one] = rehearse(asked(made, who)).messages
    assert one.written_at == NOW + timedelta(hours=17)
    assert one.leaves_at is not None
    assert one.leaves_at > one.written_at


def test_a_message_written_at_night_days_after_they_came_is_not_too_late_in_the_morning() -> None:
    who = contact(time_zone="America/New_York")
    wait = {"kind": "wait", "amount": 7 * 24 + 17, "unit": "hours"}
    [one] = rehearse(asked(automation(wait, {"kind": "send_email", "template": template()}), who)).messages
    assert one.verdict == "sent", one.why
    assert one.leaves_at is not None
    assert one.leaves_at > one.written_at


def test_who_may_not_be_written_to_is_shown_with_the_gates_reason() -> None:
    who = contact(email="")
    made = automation({"kind": "send_email", "template": template()})
    [one] = rehearse(asked(made, who)).messages
    assert (one.verdict, "no e-mail address" in one.why) == ("not sent", True)


def test_a_condition_is_decided_on_what_is_true_then(people: People) -> None:
    condition = {"field": "country", "op": "equals", "value": "IN"}
    branch = {
        "kind": "branch", "choices": [{"name": "a", "label": "India", "when": condition}],
        "exits": {"a": "s2", "else": None},
    }  # fmt: skip
    made = automation(branch, {"kind": "send_email", "template": template()})
    assert rehearse(asked(made, contact(country="IN"))).steps == [("s1", "a"), ("s2", "next")]
    assert rehearse(asked(made, contact(country="DE"))).steps == [("s1", "else")]


def test_every_branch_is_followed_once() -> None:
    runs, left_out = follow_every_branch(asked(asking(), contact()))
    assert [run.steps[-1][0] for run in runs] == ["s4", "s3"]
    assert [dict(run.forced) for run in runs] == [{}, {"s2": "happened"}]
    assert left_out == 0


def test_who_is_inside_already_is_rehearsed_anew_and_told_of_it() -> None:
    made, maria = asking(), contact()
    Enrollment.objects.create(
        automation=made, automation_version=AutomationVersion.objects.get(), contact=maria, status="waiting", step="s2",
        since=NOW, entered_at=NOW,
    )  # fmt: skip
    run = rehearse(asked(made, maria))
    assert run.beware == ["In earnest they would not enter now: They are inside already."]
    assert run.outcome == "finished"
    assert Enrollment.objects.get().status == "waiting"


def test_what_cannot_happen_is_said() -> None:
    run = rehearse(asked(automation(WAIT), contact(), {"kind": "pay_invoice", "amount": 1}))
    [line] = lines(run, "happens")
    assert (line.title, line.why) == ("What if: They pay the invoice", "They have no open invoice.")


def test_a_supposition_after_a_step_that_is_never_passed_is_said() -> None:
    run = rehearse(asked(asking(), contact(), {"kind": "reply", "step": "s3"}))
    assert run.beware == ["“They reply” (event 1) never came about: its moment was not reached."]


def test_another_automation_that_would_start_is_named() -> None:
    automation(WAIT, triggers=[{"kind": "form_submitted", "form": "guide"}])
    run = rehearse(asked(asking(), contact(), {"kind": "form", "form": "guide", "amount": 1}))
    assert [line.title for line in lines(run, "other")] == ["“Nurture” starts for them"]


def test_a_template_that_is_gone_parks_them() -> None:
    made = automation({"kind": "send_email", "template": 987_654})
    run = rehearse(asked(made, contact()))
    assert run.outcome == "failed"
    assert "deleted" in lines(run, "parked")[0].why


def test_a_circle_comes_to_an_end() -> None:
    month = {**WAIT, "amount": 30}
    run = rehearse(asked(automation(month, {**month, "exits": {"next": "s1"}}), contact()))
    assert run.cut == "It was not followed past a year."


def test_an_automation_without_steps_cannot_be_rehearsed() -> None:
    with pytest.raises(CannotRehearse):
        rehearse(replace(asked(automation(WAIT), contact()), definition=Definition()))


def test_a_timeline_is_plain_json() -> None:
    import json

    data = as_data(rehearse(asked(asking(), contact())))
    assert json.loads(json.dumps(data))["outcome"] == "finished"


@pytest.mark.parametrize(
    "given",
    [
        {},
        [{"kind": "nonsense"}],
        [{"kind": "event"}],
        [{"kind": "reply"}] * 51,
        [{"kind": "reply", "at": "2026-01-01"}],
    ],
)
def test_what_cannot_be_read_is_refused(given: Any) -> None:
    with pytest.raises(BadWhatIf):
        read_what_ifs(given)


@pytest.mark.parametrize("kind", ["open", "click", "bounce", "unsubscribe", "away", "call", "meeting"])
def test_each_supposition_comes_about(kind: str, people: People) -> None:
    mail = {"kind": "send_email", "template": template()}
    made = automation(mail, {"kind": "wait", "amount": 3, "unit": "days"}, stop_on_bounce=False, stop_on_opt_out=False)
    run = rehearse(asked(made, contact(owner=people.sam), {"kind": kind, "amount": 1, "step": "s1"}))
    supposed = [line for line in lines(run, "happens") if "supposed" in line.data]
    assert [line.why for line in supposed] == ["Supposed."]
    assert len(lines(run, "happens")) > 1
    assert not Event.objects.filter(kind__startswith="message").exists()


def test_nothing_is_written_even_where_a_step_breaks_off(monkeypatch: pytest.MonkeyPatch) -> None:
    from automation.effects import registry
    from automation.engine.effects import SendMessage

    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setitem(registry.WRITERS, SendMessage, broken)
    run = rehearse(asked(asking(), contact()))
    assert (run.outcome, "ZeroDivisionError" in run.because) == ("failed", True)
    assert not any(rows.exists() for rows in (Message.objects, FollowUp.objects, StepVisit.objects))


@pytest.mark.django_db(transaction=True)
def test_nothing_stays_where_every_transaction_is_a_real_one() -> None:
    from tests.firsts import put_back

    put_back()
    made, maria = asking(), contact("Maria")
    before = everything()
    run = rehearse(asked(made, maria, {"kind": "reply", "amount": 1, "step": "s1"}))
    assert run.messages
    assert everything() == before
    assert connection.get_autocommit()
    assert not connection.run_on_commit


@pytest.mark.django_db(transaction=True)
def test_a_contact_whom_somebody_holds_is_waited_for_only_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    from django.db import connections, transaction

    from automation.sandbox import rehearsing
    from tests.firsts import put_back

    put_back()
    monkeypatch.setattr(rehearsing, "LOCK_MS", 200)
    made, maria = asking(), contact("Maria")
    rehearse(asked(made, maria))
    row = Enrollment.objects.create(
        automation=made, automation_version=AutomationVersion.objects.get(), contact=maria, status="waiting", step="s2",
        since=NOW, entered_at=NOW,
    )  # fmt: skip
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Enrollment.objects.select_for_update().get(pk=row.pk)
            held.set()
            done.wait(20)
        connections.close_all()

    other = threading.Thread(target=hold)
    other.start()
    try:
        assert held.wait(20)
        assert rehearse(asked(made, maria)).cut == rehearsing.BUSY
    finally:
        done.set()
        other.join()


def test_it_gives_way_before_the_database_looks_for_whom_to_break_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout'")
        assert cursor.fetchone()[0] > LOCK_MS


def test_an_answer_is_heard_though_the_message_still_waits_for_the_morning(people: People) -> None:
    night = replace(
        asked(asking(), contact("Maria", time_zone="Europe/Berlin"), {"kind": "reply", "amount": 1, "unit": "hours"}),
        start=NOW.replace(hour=23),
    )
    run = rehearse(night)
    assert run.steps[1] == ("s2", "happened")
