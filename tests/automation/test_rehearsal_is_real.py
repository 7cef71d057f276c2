"""A rehearsal equals the real thing: the same automation, the same clock and events, played both ways."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automation.compiling import graphs
from automation.definition.whole import Definition
from automation.engine.state import STOP_REASONS
from automation.entering import Entry, enroll
from automation.loading import load_facts
from automation.models import RUNNING, Automation, AutomationVersion, Enrollment, StepVisit
from automation.rounds import about_of, round_of
from automation.running import sweep_enrollments
from automation.sandbox.happening import Setting, happen
from automation.sandbox.rehearsing import Asked, rehearse
from automation.sandbox.timeline import STEP, Rehearsed
from automation.sandbox.what_ifs import read_what_ifs
from crm.dispatching import dispatch_pending
from crm.invoices.issuing import NewInvoice, issue
from crm.models import Contact, Event, Invoice
from followups.models import FollowUp
from followups.overdue import sweep_overdue
from messaging.channels.shape import Answer, Letter, Outcome
from messaging.delivery import deliver_due
from messaging.models import Message
from messaging.rehearsing import Nowhere
from tests.automation.making import automation, template
from tests.factories import NOW, contact
from tests.people import People, everybody

pytestmark = pytest.mark.django_db

#: The clock of the real play stops at every moment that the rehearsal knows of, and besides so often.
TICK = timedelta(hours=12)
DAYS = 14

_number = count(1)
WAIT = {"kind": "wait", "amount": 2, "unit": "days"}
REPLY = [{"event": "reply"}]


@dataclass(frozen=True)
class Played:
    """What can be told apart from outside."""

    steps: list[tuple[str, str, str, datetime]]
    messages: list[tuple[str, str, str, datetime | None]]
    followups: list[tuple[str, str, str]]
    status: str
    reason: str


class Taking(Nowhere):
    """A provider that takes everything."""

    at_once = 10

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        for letter in letters:
            yield Answer(Outcome.TAKEN, "yes", f"id-{letter.message_id}")


@pytest.fixture
def people() -> People:
    return everybody()


@pytest.fixture(autouse=True)
def provider(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider, and a clock that stands while a batch leaves."""
    from messaging import delivery, turns

    monkeypatch.setattr(delivery, "channel_named", lambda name: Taking())
    monkeypatch.setattr(turns.Turn, "now", lambda turn: turn.started)


def rehearsal(made: Automation, who: Contact, what_ifs: list[dict[str, Any]]) -> Rehearsed:
    version = AutomationVersion.objects.get(automation=made)
    return rehearse(Asked(made, Definition.model_validate(version.definition), 1, who, NOW, read_what_ifs(what_ifs)))


def moments_of(run: Rehearsed) -> list[datetime]:
    """When the real clock stops."""
    found = {NOW + TICK * number for number in range(DAYS * 2 + 1)}
    for line in run.lines:
        found |= {at for at in (line.at, line.until, line.preview and line.preview.written_at) if at}
    return sorted(at for at in found if at <= NOW + timedelta(days=DAYS))


def shown(run: Rehearsed) -> Played:
    return Played(
        [(line.step, line.way, line.why, line.at) for line in run.lines if line.kind == STEP],
        sorted((one.subject, one.text, one.verdict, one.leaves_at) for one in run.messages if one.verdict != "held"),
        sorted((line.title, line.data["type"], line.data["priority"]) for line in run.lines if line.kind == "followup"),
        run.outcome,
        next((line.title for line in run.lines if line.kind == "left"), ""),
    )


def played(made: Automation, who: Contact, what_ifs: list[dict[str, Any]], moments: list[datetime]) -> Played:
    """The same in earnest: at each moment everything that is due is done, and what is supposed for it happens."""
    before = set(FollowUp.objects.values_list("pk", flat=True))
    enroll([Entry(made.pk, who.pk, NOW)], now=NOW)
    row = Enrollment.objects.get(contact=who)
    waiting = dict(enumerate(read_what_ifs(what_ifs)))
    facts = load_facts([round_of(row)], graphs([row.automation_version_id]), now=NOW)[row.pk]
    for now in moments:
        left = dict(StepVisit.objects.filter(enrollment=row).order_by("number").values_list("step", "at"))
        for number, one in list(waiting.items()):
            at = one.moment(left, NOW, facts.zone, facts.hours)
            if at is not None and at <= now:
                del waiting[number]
                happen(one, Setting(who, row.pk, about_of(""), number), now=now)
        while dispatch_pending(now) + deliver_due(now) + sweep_overdue(now) + sweep_enrollments(now):
            pass
    row.refresh_from_db()
    messages = Message.objects.filter(contact=who, direction="out").select_related("body")
    verdicts = {"sent": "sent", "suppressed": "not sent", "delivered": "sent", "bounced": "sent"}
    return Played(
        list(StepVisit.objects.filter(enrollment=row).order_by("number").values_list("step", "way", "why", "at")),
        sorted(
            (one.subject, one.body.text if hasattr(one, "body") else "", verdicts[one.status], one.sent_at)
            for one in messages
            if one.status in verdicts
        ),
        sorted(
            FollowUp.objects.filter(contact=who).exclude(pk__in=before).values_list("subject", "type__slug", "priority")
        ),
        row.status,
        STOP_REASONS.get(row.stop_reason, "Finished") if row.status not in RUNNING else "",
    )


def same(made: Automation, who: Contact, *what_ifs: dict[str, Any]) -> Played:
    run = rehearsal(made, who, list(what_ifs))
    assert not Event.objects.filter(contact=who, kind="automation_left").exists()
    after = played(made, who, list(what_ifs), moments_of(run))
    assert shown(run) == after
    return after


def mail(text: str = "Hello {{ contact.first_name|there }}", **more: Any) -> dict[str, Any]:
    return {"kind": "send_email", "template": template(f"Mail {next(_number)}", text=text), **more}


def waits_for_a_reply(**rules: Any) -> Automation:
    answer = {
        "kind": "wait_for_event", "events": REPLY, "amount": 3, "unit": "days",
        "exits": {"happened": "s3", "timed_out": "s4"},
    }  # fmt: skip
    return automation(mail(), answer, mail("Good", exits={}), mail("Still there?", exits={}), **rules)


def test_where_nobody_answers() -> None:
    assert same(waits_for_a_reply(stop_on_reply=False), contact()).steps[1][1] == "timed_out"


def test_where_they_answer_in_time() -> None:
    played = same(waits_for_a_reply(stop_on_reply=False), contact(), {"kind": "reply", "step": "s1", "amount": 1})
    assert played.steps[1][1] == "happened"


def test_where_an_answer_ends_it(people: People) -> None:
    made = automation(mail(), WAIT, mail())
    assert (
        same(made, contact(owner=people.sam), {"kind": "reply", "amount": 5, "unit": "hours"}).reason == "They replied"
    )


def test_where_the_night_holds_a_message_and_they_unsubscribe() -> None:
    who = contact(time_zone="America/New_York")
    late = {"kind": "wait", "amount": 16, "unit": "hours"}
    made = automation(mail(), late, mail(), WAIT, mail())
    same(made, who, {"kind": "unsubscribe", "amount": 4, "unit": "days"})


@pytest.mark.parametrize("country", ["IN", "DE"])
def test_where_it_branches(country: str) -> None:
    when = {"field": "country", "op": "equals", "value": "IN"}
    branch = {
        "kind": "branch", "choices": [{"name": "a", "label": "India", "when": when}], "exits": {"a": "s2", "else": "s3"},
    }  # fmt: skip
    same(automation(branch, mail("Namaste", exits={}), mail("Hallo")), contact(country=country))


def test_where_it_splits() -> None:
    split = {
        "kind": "split", "shares": [{"name": "a", "percent": 50}, {"name": "b", "percent": 50}],
        "exits": {"a": "s2", "b": "s3"},
    }  # fmt: skip
    made = automation(split, mail("A", exits={}), mail("B"))
    for number in range(3):
        who = contact(f"Client {number}")
        [way, *_] = [way for _, way in rehearsal(made, who, []).steps]
        enroll([Entry(made.pk, who.pk, NOW)], now=NOW)
        sweep_enrollments(NOW)
        first = StepVisit.objects.get(enrollment__contact=who, number=0)
        assert way == first.way


@pytest.mark.parametrize("outcome", ["", "spoke"])
def test_where_a_follow_up_is_waited_for(outcome: str, people: People) -> None:
    call = {
        "kind": "create_followup", "subject": "Call them", "type": "call", "wait": True, "by_outcome": ["spoke"],
        "late_after": 4, "exits": {"outcome:spoke": "s3", "done": None, "late": "s4"},
    }  # fmt: skip
    made = automation(mail(), call, mail("Nice talk", exits={}), mail("We tried", exits={}))
    what_ifs = [{"kind": "complete_followup", "outcome": outcome, "amount": 3, "unit": "hours"}] if outcome else []
    way = same(made, contact(owner=people.sam), *what_ifs).steps[1][1]
    assert way == (f"outcome:{outcome}" if outcome else "late")


def test_where_a_goal_is_met() -> None:
    made = automation(mail(), WAIT, mail(), goal=[{"event": "form_submitted", "where": {"form": "order"}}])
    assert same(made, contact(), {"kind": "form", "form": "order", "amount": 1}).reason == "The goal was met"


def test_where_the_invoice_is_paid_before_the_reminder(people: People) -> None:
    who = contact(owner=people.sam)
    invoice = issue([NewInvoice(contact_id=who.pk, amount="100")], by=people.sam, now=NOW).ids[0]
    dispatch_pending(NOW)
    made = automation(WAIT, mail("Please pay"), goal=[{"event": "invoice_paid"}])
    what_if = {"kind": "pay_invoice", "amount": 1}
    assert same(made, who, what_if).reason == "The goal was met"
    assert Invoice.objects.get(pk=invoice).state == "paid"


steps = st.lists(
    st.sampled_from(
        [
            ("mail", {"kind": "send_email"}),
            ("hours", {"kind": "wait", "amount": 5, "unit": "hours"}),
            ("days", {"kind": "wait", "amount": 1, "unit": "days"}),
            ("reply", {"kind": "wait_for_event", "events": REPLY, "amount": 1, "unit": "days"}),
            ("form", {"kind": "wait_for_event", "events": [{"event": "form_submitted"}], "amount": 7, "unit": "hours"}),
        ]
    ),
    min_size=1,
    max_size=4,
)
lives = st.lists(
    st.tuples(st.sampled_from(["reply", "form", "call", "bounce"]), st.integers(1, 60)),
    max_size=2,
    unique_by=lambda x: x[0],
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, life=lives, stop=st.booleans(), zone=st.sampled_from(["", "Asia/Tokyo", "America/Los_Angeles"]))
def test_whatever_the_automation_and_the_life(
    steps: list[tuple[str, dict[str, Any]]], life: list[tuple[str, int]], stop: bool, zone: str
) -> None:
    rows = []
    for number, (name, step) in enumerate(steps, 1):
        following = f"s{number + 1}" if number < len(steps) else None
        more = {"template": template(f"Mail {next(_number)}")} if name == "mail" else {}
        ways = {"happened": following, "timed_out": following} if "events" in step else {"next": following}
        rows.append({**step, **more, "exits": ways})
    made = automation(*rows, stop_on_reply=stop)
    what_ifs = [{"kind": kind, "amount": hours, "unit": "hours"} for kind, hours in life]
    same(made, contact(time_zone=zone), *what_ifs)
