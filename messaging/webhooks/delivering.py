"""The delivery of webhooks: at least once, several at once, hosts in turn, each within a deadline.

Claimed, called with no lock held, and settled only if still ours. A worker that dies after they took the call and before
it is written down makes it come twice, with the same id: docs/webhooks.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from messaging.turns import Turn
from messaging.webhooks.addresses import allowed
from messaging.webhooks.claiming import Claimed, claim_calls
from messaging.webhooks.fates import Answer, Fate, Outcome
from messaging.webhooks.letter import Letter
from messaging.webhooks.line import Line
from messaging.webhooks.secret_keeping import keys_of
from messaging.webhooks.settling import Settled, leave_alone, settle
from messaging.webhooks.signing import body_of, call_id, signed_headers

#: Calls that one worker has under way, in all and to one host.
AT_ONCE, PER_HOST = 32, 6
#: After so many calls in a row without an answer a host is left alone for a while.
SILENT_IN_A_ROW = 3
#: A run takes no new calls after this, so that other work of its worker gets its turn.
RUN_FOR = timedelta(minutes=1)

#: What came of a call that nothing can sign: it was not made.
UNSIGNED = Answer(Outcome.LATER)

#: True while a call is due: what the pulse asks.
DUE_SQL = "EXISTS (SELECT FROM messaging_webhookcall WHERE status IN ('pending', 'scheduled') AND next_at <= %(now)s)"


def deliver_calls(now: datetime) -> int:
    """Make every call that is due at `now`, for a minute at most; returns how many were taken."""
    with Line(allowed(), at_once=AT_ONCE) as line:
        return _Run(Turn(now), line).all()


@dataclass
class _Run:
    turn: Turn
    line: Line
    under_way: dict[Future[Answer], Claimed] = field(default_factory=dict)
    silent: Counter[str] = field(default_factory=Counter)

    def all(self) -> int:
        taken, ends = 0, self.turn.now() + RUN_FOR
        while True:
            if self.turn.now() < ends:
                taken += self._begin()
            if not self.under_way:
                return taken
            # Once a second it looks whether more is due meanwhile.
            done, _ = wait(self.under_way, timeout=1, return_when=FIRST_COMPLETED)
            self._end(done)

    def _begin(self) -> int:
        """Take what there is room for, and call."""
        now = self.turn.now()
        calls = claim_calls(
            due_at=now,
            now=now,
            worker=self.turn.worker,
            room=AT_ONCE - len(self.under_way),
            per_host=PER_HOST,
            busy=Counter(call.host for call in self.under_way.values()),
        )
        keys = keys_of({call.secret_id for call in calls}, now=now) if calls else {}
        unsigned = []
        for call in calls:
            known = keys[call.secret_id]
            if isinstance(known, str):
                unsigned.append(Settled(call, UNSIGNED, Fate("parked", known)))
                continue
            body = body_of(call.body)
            headers = signed_headers(call_id(call.pk, call.created_at), now, body, known)
            self.under_way[self.line.post(Letter(call.url, body, headers))] = call
        settle(unsigned, worker=self.turn.worker, now=now)
        return len(calls)

    def _end(self, done: Iterable[Future[Answer]]) -> None:
        """Write down what came of them, and leave alone who does not answer."""
        now = self.turn.now()
        settled = [Settled.of(self.under_way.pop(one), one.result(), now=now) for one in done]
        settle(settled, worker=self.turn.worker, now=now)
        for one in settled:
            host = one.call.host
            self.silent[host] = self.silent[host] + 1 if one.answer.silent else 0
            if self.silent[host] >= SILENT_IN_A_ROW:
                leave_alone(host, one.answer.words, now=now)
                self.silent[host] = 0
