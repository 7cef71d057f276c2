"""Handing a small group to its provider: no lock held, not faster than it takes them, and not at all while it is down."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from messaging.breaker import Circuit, after_answers
from messaging.channels.shape import Answer, Channel, Letter, Outcome
from messaging.claimed import Claimed
from messaging.fates import Fate
from messaging.models import MessageStatus
from messaging.provider_states import Standing, begin_trial, note_answers, take_tokens
from messaging.provider_titles import title_of
from messaging.retrying import first_look_up, wait_before
from messaging.turns import Turn

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Stop:
    """Why no more is handed over now, and when the one at each place of the rest is tried again: None is at once."""

    rule: str
    words: str
    at: Callable[[int], datetime | None]

    def fates(self, rows: Iterable[Claimed]) -> list[Fate]:
        """The rest waits, and it costs no attempt."""
        return [
            Fate(row, MessageStatus.SCHEDULED, self.words, send_after=self.at(place), rule=self.rule)
            for place, row in enumerate(rows)
        ]


@dataclass(slots=True)
class Handed:
    """What came of the group: fates of those that were handed over, and whether the rest must wait."""

    fates: list[Fate] = field(default_factory=list)
    left: Sequence[Claimed] = ()
    stop: Stop | None = None


def hand_over(
    channel: Channel,
    rows: Sequence[Claimed],
    letters: Mapping[int, Letter],
    *,
    standing: Standing,
    turn: Turn,
    within: timedelta,
) -> Handed:
    """Hand over the rows, which are marked already, unless the provider is down or has had enough.

    None is begun later than `within` from now: the rescue would soon take them for lost.
    """
    now, provider = turn.now(), channel.provider
    stop = _closed(provider, standing, now)
    if stop or not rows:
        return Handed(left=rows, stop=stop)
    given = len(rows)
    grant = take_tokens(provider, given, now=now) if standing.per_hour is not None else None
    if grant is not None and grant.given < given:
        given = grant.given
        words = (
            f"{title_of(provider)} may be given {standing.per_hour} messages an hour; it leaves when its turn comes."
        )
        stop = Stop("provider_rate", words, grant.at)
    handed = _ask(channel, rows[:given], letters, standing=standing, turn=turn, ends=now + within)
    handed.left = [*handed.left, *rows[given:]]
    handed.stop = handed.stop or stop
    return handed


def _closed(provider: str, standing: Standing, now: datetime) -> Stop | None:
    """The circuit is open, or another worker is just trying it."""
    circuit = standing.circuit
    if circuit.wants_trial(now) and not begin_trial(provider, circuit, now=now):
        return _down(provider, now + timedelta(seconds=20), standing.last_error)
    return _down(provider, circuit.open_until, standing.last_error) if circuit.is_open(now) else None


def _down(provider: str, until: datetime | None, error: str) -> Stop:
    assert until is not None
    words = f"{title_of(provider)} is out of order, so it is left alone until {until:%H:%M} UTC. {error}".strip()
    return Stop("provider_down", words, lambda place: until + timedelta(milliseconds=20 * place))


def _ask(
    channel: Channel,
    rows: Sequence[Claimed],
    letters: Mapping[int, Letter],
    *,
    standing: Standing,
    turn: Turn,
    ends: datetime,
) -> Handed:
    answers = channel.deliver([letters[row.pk] for row in rows])
    handed, downs, last = Handed(), [], Answer(Outcome.TAKEN)
    for row in rows:
        if turn.now() > ends:
            words = "The worker stood still for too long; it is tried again."
            handed.stop = Stop("stood_still", words, lambda _: None)
            break
        try:
            last = next(answers, None) or Answer(Outcome.UNCLEAR, "The provider gave no answer for this message.")
        except Exception as problem:
            log.exception("a channel broke", extra={"provider": channel.provider})
            last = Answer(Outcome.UNCLEAR, f"The provider broke off: {problem!r}.")
        handed.fates.append(fate_of(row, last, now=turn.now()))
        downs.append(last.down)
        if last.down and after_answers(standing.circuit, downs, now=ends).is_open(turn.now()):
            break
        if last.outcome is Outcome.LATER and last.retry_after is not None:
            break
    handed.left = rows[len(handed.fates) :]
    circuit = standing.circuit
    if any(downs) or (circuit != Circuit() and downs):
        circuit = note_answers(channel.provider, downs, error=last.words if last.down else "", now=turn.now())
    if circuit.is_open(turn.now()):
        handed.stop = _down(channel.provider, circuit.open_until, last.words)
    elif handed.stop is None and (handed.left or _nothing_taken(handed.fates)):
        handed.stop = _not_now(last, turn.now())  # the rest waits too, without waiting for a time-out each
    return handed


def _nothing_taken(fates: Sequence[Fate]) -> bool:
    return bool(fates) and all(fate.status == MessageStatus.SCHEDULED for fate in fates)


#: A batch that takes long is cut short: what is left of it keeps its place and goes with the next.
OUT_OF_TIME = Stop("out_of_time", "Others went first; it leaves in its turn.", lambda _: None)

#: How long messages wait for somebody to put the settings right.
UNTIL_SET_UP = timedelta(minutes=15)


def held_for_settings(rows: Sequence[Claimed], problem: str, *, now: datetime) -> list[Fate]:
    """Messages whose channel cannot even be begun with: they wait, and it costs no attempt."""
    return Stop("not_set_up", f"The channel is not set up rightly. {problem}", lambda _: now + UNTIL_SET_UP).fates(rows)


def _not_now(answer: Answer, now: datetime) -> Stop:
    return Stop("not_now", answer.words, lambda _: now + (_wait(1, answer) or timedelta()))


def fate_of(row: Claimed, answer: Answer, *, now: datetime) -> Fate:
    """What the answer means for the message: done, given up, or tried again after a while."""
    known = {
        Outcome.TAKEN: MessageStatus.SENT,
        Outcome.DELIVERED: MessageStatus.DELIVERED,
        Outcome.REFUSED: MessageStatus.FAILED,
        Outcome.UNCLEAR: MessageStatus.UNCERTAIN,
    }
    status = known.get(answer.outcome)
    if status is not None:
        return Fate(
            row,
            status,
            answer.words,
            provider_id=answer.provider_id,
            cost=answer.cost,
            currency=answer.currency,
            code=answer.code,
            look_up_at=first_look_up(now) if status == MessageStatus.UNCERTAIN else None,
        )
    wait = _wait(row.attempts, answer)
    if wait is None:
        words = f"Given up after {row.attempts} attempts. {answer.words}"
        return Fate(row, MessageStatus.FAILED, words, code=answer.code)
    return Fate(row, MessageStatus.SCHEDULED, answer.words, send_after=now + wait)


def _wait(attempts: int, answer: Answer) -> timedelta | None:
    """How long to wait before the next attempt: never less than the provider asked for."""
    chance = random.random()  # noqa: S311 - spreads retries, guards nothing
    wait = wait_before(attempts, chance)
    if wait is None or answer.retry_after is None:
        return wait
    return timedelta(seconds=min(answer.retry_after, 86_400.0) * (1 + chance / 10))
