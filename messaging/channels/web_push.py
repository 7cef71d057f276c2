"""A word to a colleague’s browsers, also when no page is open (RFC 8030)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric import ec

from messaging.channels.http_answers import busy
from messaging.channels.outward import FAILURES, post_outward, unposted
from messaging.channels.shape import Answer, Letter, Lost, Outcome
from messaging.models import PushSubscription
from messaging.push_encryption import authorization, encrypted, padded_off, private_key

TIMEOUT = (5.0, 10.0)
#: So long a push service keeps what a sleeping browser did not fetch, in seconds.
KEPT = 24 * 3600
WHO = "The browser’s push service"


class WebPush:
    """`key` is the server's own (VAPID), `contact` whom a push service may write to about us."""

    provider = "push"
    at_once = 10
    needs_words = True
    sender = ""

    def __init__(self, key: str, contact: str, *, allow_private: bool = False) -> None:
        """Read the key. Raises ValueError for one that is none."""
        self._key = private_key(key)
        self.contact = contact
        self.allow_private = allow_private

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Tell every browser of each person; one that takes it is enough."""
        people = {letter.user_id for letter in letters}
        browsers: dict[int, list[PushSubscription]] = {}
        for browser in PushSubscription.objects.filter(user__in=people).order_by("pk"):
            browsers.setdefault(browser.user_id, []).append(browser)
        for letter in letters:
            yield self._tell(letter, browsers.get(letter.user_id or 0, []))

    def look_up(self, lost: Lost) -> Answer | None:
        """Once more does no harm: a browser shows the same message once."""
        return Answer(Outcome.LATER, "It is pushed again; a browser shows it once.")

    def _tell(self, letter: Letter, browsers: Sequence[PushSubscription]) -> Answer:
        if not browsers:
            return Answer(Outcome.REFUSED, f"{letter.name} has no browser that takes pushes.", code="none")
        answers = []
        for browser in browsers:
            answer = self._push(letter, browser)
            if answer.code in ("404", "410"):  # it was unsubscribed there (RFC 8030, section 7.3)
                browser.delete()
            answers.append(answer)
        order = [Outcome.TAKEN, Outcome.UNCLEAR, Outcome.LATER, Outcome.REFUSED]
        return min(answers, key=lambda answer: order.index(answer.outcome))

    def _push(self, letter: Letter, browser: PushSubscription) -> Answer:
        name = f"{letter.message_id}.{letter.token}"
        words = {"title": letter.subject, "body": _body(letter), "url": letter.url, "tag": name}
        plain = json.dumps(words, ensure_ascii=False).encode()
        try:
            content = encrypted(
                plain,
                p256dh=browser.p256dh,
                auth=browser.auth,
                private=ec.generate_private_key(ec.SECP256R1()),
                salt=os.urandom(16),
            )
            headers = {
                "Content-Type": "application/octet-stream",
                "Content-Encoding": "aes128gcm",
                "TTL": str(KEPT),
                "Urgency": "high",
                # The same message again takes the place of the first (RFC 8030, section 5.4).
                "Topic": padded_off(name.encode())[:32],
                "Authorization": authorization(
                    browser.endpoint, self._key, contact=self.contact, now=datetime.now(UTC)
                ),
            }
            said = post_outward(browser.endpoint, content, headers, timeout=TIMEOUT, allow_private=self.allow_private)
        except FAILURES as problem:
            # One browser's service says nothing about those of the others.
            return unposted(problem, WHO)._replace(down=False)
        except ValueError as problem:
            return Answer(Outcome.REFUSED, f"The browser’s keys are no good: {problem}", code="410")
        if 200 <= said.status < 300:
            return Answer(Outcome.TAKEN, f"{WHO} took it.")
        known = busy(said.status, WHO, said.retry_after)
        if known:
            return known._replace(down=False)
        words_of = f"{WHO} said {said.status}: {said.text[:200]}"
        return Answer(Outcome.REFUSED, words_of, code=str(said.status))


def _body(letter: Letter) -> str:
    return letter.text.removeprefix(letter.subject).strip()[:500]
