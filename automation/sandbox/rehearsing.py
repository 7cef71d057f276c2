"""One person taken through an automation in simulated time, by the production engine, inside a transaction that is always
taken back (D8).

The clock moves from moment to moment: when the round is due, when a message leaves, when something supposed happens, when
a follow-up is missed. Everything is written by the real code and read back for the timeline; then all of it is undone, and
what would be done after a commit is never done. docs/rehearsal.md says what is simulated and what is not.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import randbelow
from time import monotonic

from django.db import OperationalError, connection, transaction
from django.db.models import Max

from automation import compiling
from automation.compiling import graphs, kinds_of
from automation.definition.whole import Definition
from automation.engine.state import WORDS
from automation.entering import Entry, enroll
from automation.holding_out import is_held_out
from automation.loading import load_facts
from automation.models import INSIDE, RUNNING, Automation, AutomationState, AutomationVersion, Enrollment
from automation.models import EnrollmentStatus as Status
from automation.rounds import about_of, round_of
from automation.running import run_these
from automation.sandbox import timeline
from automation.sandbox.due import Due, due_now, is_waited_for, next_for, take_contact
from automation.sandbox.happening import Setting, happen
from automation.sandbox.timeline import Line, Rehearsed
from automation.sandbox.watching import Watch, in_order
from automation.sandbox.what_ifs import WhatIf
from crm.dispatching import Subscriber, asked_kinds, subscribers
from crm.models import Contact, Event
from followups.overdue import miss, to_miss
from messaging.rehearsing import deliver_in_rehearsal

log = logging.getLogger(__name__)

#: How far the simulated clock goes, how many turns are taken, and how many seconds the whole may last.
LONGEST = timedelta(days=366)
MOST_TURNS = 400
PATIENCE = 8.0
#: How long it waits for somebody who is just changing the same contact, and for one statement. The first is shorter than
#: PostgreSQL waits before it looks for a deadlock (1 s): of two that wait for each other, the rehearsal gives way.
LOCK_MS, STATEMENT_MS = 800, 8000
#: So often it looks whether it stands in the way of somebody who works in earnest.
LOOK_SECONDS = 0.1
#: Numbers of versions that are made for a rehearsal alone; real ones count from 1.
NUMBERS_FROM = 1_000_000_000

BUSY = "Somebody is changing this contact just now. Try again in a moment."
REHEARSED = "Somebody else is rehearsing with this contact just now. Try again in a moment."
TOO_LONG = "It took too long to follow further."
TOO_MANY = f"After {MOST_TURNS} turns it was not followed further."
A_YEAR = "It was not followed past a year."
ONLY_AN_EVENT = "Nothing more happens by itself: only an event can bring them on."


class CannotRehearse(ValueError):
    """The text is a sentence."""


class _InTheWay(Exception):
    """Somebody who works in earnest waits for what the rehearsal holds."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom to take through which definition, from when on. `about` is the record that they are in for ("invoice:12"),
    `words` what the trigger would know; `forced` was done to the definition already and is only said again."""

    automation: Automation
    definition: Definition
    number: int
    contact: Contact
    start: datetime
    what_ifs: Sequence[WhatIf] = ()
    about: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    forced: Mapping[str, str] = field(default_factory=dict)


def rehearse(asked: Asked) -> Rehearsed:
    """Take them through; nothing of it stays, and nothing leaves. Raises CannotRehearse for an automation without steps or
    a contact that was deleted."""
    if asked.contact.deleted_at is not None:
        raise CannotRehearse("This contact was deleted.")
    if asked.definition.start is None:
        raise CannotRehearse("It has no steps yet.")
    ends = monotonic() + PATIENCE
    while (found := _once(asked, ends)) is None:
        pass
    return found


def _once(asked: Asked, ends: float) -> Rehearsed | None:
    """One try; None where it stood in somebody's way and is to begin anew."""
    result = Rehearsed(asked.contact.pk, asked.number, asked.start, forced=dict(asked.forced))
    run = _Run(asked, result, ends)
    try:
        with _taken_back():
            if take_contact(asked.contact.pk):
                run.go()
            else:  # of two that gave way to each other neither would come to its end
                result.cut = REHEARSED
    except _InTheWay:
        if monotonic() < ends:
            return None
        result.cut = BUSY
    except OperationalError as problem:  # a lock that somebody holds, or a statement that took too long
        log.info("a rehearsal was cut", extra={"error_text": str(problem)})
        result.cut = BUSY
    finally:
        compiling.forget([run.version_id])
    result.lines = list(in_order(run.lines))
    return result


@contextmanager
def _taken_back() -> Iterator[None]:
    """A transaction whose end is always that nothing was."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true)",
                [str(LOCK_MS), str(STATEMENT_MS)],
            )
        try:
            yield
        finally:
            transaction.set_rollback(True)


class _Run:
    """One rehearsal under way."""

    def __init__(self, asked: Asked, result: Rehearsed, ends: float) -> None:
        self.asked, self.result, self.ends = asked, result, ends
        self.version_id = 0
        self.watch: Watch | None = None
        self.pending = dict(enumerate(asked.what_ifs))
        self.told_until = 0
        self.turns = 0
        self.looked = monotonic()

    @property
    def lines(self) -> list[Line]:
        return self.watch.lines if self.watch is not None else []

    def go(self) -> None:
        asked, now = self.asked, self.asked.start
        version = self._version()
        self._beware(version)
        self._leave_the_present_round(now)
        # The last event before: what is older was told already, or is told in earnest.
        self.told_until = Event.objects.filter(contact=asked.contact).aggregate(last=Max("pk"))["last"] or 0
        graph = graphs([version.pk])[version.pk]
        row = self._enter(version, graph.start or "")
        facts = load_facts([round_of(row)], {version.pk: graph}, now=now)[row.pk]
        self.zone, self.hours = facts.zone, facts.hours
        self.watch = Watch(row.pk, asked.contact.pk, graph, facts.hours.zone)
        self.watch.begin()
        self.watch.note(Line(now, timeline.ENTERED, f"{asked.contact.name} enters", icon="log-in"))
        moment: datetime | None = now
        while moment is not None:
            now = moment
            row = self._live_through(now)
            moment = self._next(row, now)
        self._end(row, now)

    # --- Going in ------------------------------------------------------------------------------------
    def _version(self) -> AutomationVersion:
        """A version of its own, so that nothing kept of the draft outlives the rehearsal."""
        asked = self.asked
        triggers, awaited = kinds_of(asked.definition)
        version = AutomationVersion.objects.create(
            automation=asked.automation,
            number=NUMBERS_FROM + randbelow(NUMBERS_FROM),
            definition=asked.definition.model_dump(mode="json", by_alias=True),
            created_at=asked.start,
            updated_at=asked.start,
            published_at=asked.start,
            trigger_kinds=triggers,
            awaited_kinds=awaited,
            in_use=True,
        )
        self.version_id = version.pk
        return version

    def _beware(self, version: AutomationVersion) -> None:
        """Ask the rules of entry as they would be asked in earnest; what they would say is only said."""
        asked = self.asked
        entry = Entry(asked.automation.pk, asked.contact.pk, asked.start, asked.about)
        with transaction.atomic():
            Automation.objects.filter(pk=asked.automation.pk).update(live=version, state=AutomationState.ACTIVE)
            entered = enroll([entry], now=asked.start)
            transaction.set_rollback(True)
        for reason in entered.refused.values():
            self.result.beware.append(f"In earnest they would not enter now: {reason}")
        percent = asked.definition.rules.hold_out_percent
        if is_held_out(asked.automation.pk, asked.contact.pk, percent):
            self.result.beware.append("In earnest they would be held out, to compare with.")

    def _leave_the_present_round(self, now: datetime) -> None:
        inside = Enrollment.objects.filter(
            automation=self.asked.automation, contact=self.asked.contact, status__in=INSIDE
        )
        inside.update(status=Status.STOPPED, ended_at=now, next_at=None)

    def _enter(self, version: AutomationVersion, step: str) -> Enrollment:
        asked = self.asked
        per = asked.about if asked.definition.rules.per_record else ""
        rounds = Enrollment.objects.filter(automation=asked.automation, contact=asked.contact, per=per)
        return Enrollment.objects.create(
            automation=asked.automation,
            automation_version=version,
            contact=asked.contact,
            about=asked.about,
            per=per,
            round=(rounds.aggregate(last=Max("round"))["last"] or 0) + 1,
            status=Status.ACTIVE,
            step=step,
            since=asked.start,
            memory={WORDS: dict(asked.words)} if asked.words else {},
            next_at=asked.start,
            entered_at=asked.start,
        )

    # --- One moment ----------------------------------------------------------------------------------
    def _live_through(self, now: datetime) -> Enrollment:
        """Do at one moment all that is due then, in the order of the pulse, until nothing more is."""
        assert self.watch is not None
        self._suppose(now)
        row = self.watch.look(now)
        while (due := self._due(now)) and not self._enough():
            if due.events:
                self._dispatch(now)
            if due.messages:
                deliver_in_rehearsal(self.asked.contact.pk, now=now)
            if due.followups:
                miss(to_miss(now).filter(contact=self.asked.contact), now=now)
            if due.round:
                self._turns(now)
            row = self.watch.look(now)
        return row

    def _turns(self, now: datetime) -> None:
        """Turn after turn, as the engine's sweep takes them: messages leave only when it is through."""
        assert self.watch is not None
        mine = Enrollment.objects.filter(pk=self.watch.enrollment_id, status__in=RUNNING, next_at__lte=now)
        self._turn(now)
        while mine.exists() and not self._enough():
            self.watch.look(now)
            self._turn(now)

    def _due(self, now: datetime) -> Due | None:
        """What there is to do at this moment, if anything; one query."""
        assert self.watch is not None
        return due_now(
            self.asked.contact.pk, told_until=self.told_until, enrollment_id=self.watch.enrollment_id, now=now
        )

    def _turn(self, now: datetime) -> None:
        """One turn of the round. One that breaks off stands still; in earnest it is tried again before."""
        assert self.watch is not None
        self.turns += 1
        try:
            with transaction.atomic():
                run_these([self.watch.enrollment_id], now)
        except OperationalError:
            raise
        except Exception as problem:
            log.exception("a rehearsed turn broke off")
            why = f"It broke off: {problem!r}"[:300]
            Enrollment.objects.filter(pk=self.watch.enrollment_id).update(status=Status.FAILED, why=why, next_at=None)

    def _suppose(self, now: datetime) -> None:
        """Let happen what is supposed for this moment."""
        assert self.watch is not None
        for number, one in list(self.pending.items()):
            at = self._moment(one)
            if at is None or at > now:
                continue
            del self.pending[number]
            setting = Setting(self.asked.contact, self.watch.enrollment_id, about_of(self.asked.about), number)
            problem = happen(one, setting, now=now)
            said = f"{problem}" if problem else "Supposed."
            icon = "circle-alert" if problem else "wand-sparkles"
            data = {"supposed": one.kind, "number": number, "failed": bool(problem)}
            self.watch.note(Line(now, timeline.HAPPENS, f"What if: {one.words()}", said, icon, data=data))

    def _moment(self, one: WhatIf) -> datetime | None:
        assert self.watch is not None
        return one.moment(self.watch.left, self.asked.start, self.zone, self.hours)

    def _dispatch(self, now: datetime) -> None:
        """Tell every subscriber what was recorded about this contact since it was told last. Subscribers write to the
        database only; what they would do after the commit is never done."""
        new = list(Event.objects.filter(contact=self.asked.contact, pk__gt=self.told_until).order_by("pk"))
        self.told_until = new[-1].pk
        for subscriber in subscribers():
            kinds = asked_kinds(subscriber)
            wanted = [event for event in new if kinds is None or event.kind in kinds]
            if wanted:
                self._tell(subscriber, wanted, now)

    def _tell(self, subscriber: Subscriber, events: Sequence[Event], now: datetime) -> None:
        try:
            with transaction.atomic():
                subscriber.handle(events, now)
        except OperationalError:
            raise
        except Exception:  # in earnest it is parked, and holds up nothing else
            log.exception("a subscriber failed in a rehearsal", extra={"subscriber": subscriber.name})

    # --- The clock -----------------------------------------------------------------------------------
    def _next(self, row: Enrollment, now: datetime) -> datetime | None:
        """The next moment in which anything happens; None where the rehearsal ends."""
        supposed = [at for one in self.pending.values() if (at := self._moment(one)) is not None]
        over = row.status not in RUNNING
        if over and not supposed and row.status == Status.FAILED:
            return None
        moments = [*supposed, *([row.next_at] if row.next_at is not None and not over else [])]
        leaves, missed = next_for(self.asked.contact.pk)
        moments += [at for at in (leaves, None if over else missed) if at is not None]
        later = [max(at, now) for at in moments]
        if not later or self._enough():
            return None
        soonest = min(later)
        if soonest - self.asked.start > LONGEST:
            self.result.cut = A_YEAR
            return None
        # A moment that brings nothing on must not come again and again.
        return soonest if soonest > now else now + timedelta(seconds=1)

    def _enough(self) -> bool:
        """Whether it is over; raises _InTheWay where somebody waits for it."""
        if self._in_the_way():
            raise _InTheWay
        if self.turns >= MOST_TURNS:
            self.result.cut = TOO_MANY
        elif monotonic() > self.ends:
            self.result.cut = TOO_LONG
        return bool(self.result.cut)

    def _in_the_way(self) -> bool:
        """Whether another session waits for what this one holds, looked at now and then."""
        if monotonic() < self.looked + LOOK_SECONDS:
            return False
        self.looked = monotonic()
        return is_waited_for()

    def _end(self, row: Enrollment, now: datetime) -> None:
        result = self.result
        result.outcome, result.because, result.ended_at = row.status, row.why, row.ended_at
        if row.status in RUNNING and not result.cut:
            result.cut = ONLY_AN_EVENT
        for number, one in self.pending.items():
            result.beware.append(f"“{one.words()}” (event {number + 1}) never came about: its moment was not reached.")
