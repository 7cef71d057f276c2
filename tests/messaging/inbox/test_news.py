"""Open pages of the people concerned look again when something comes in."""

from __future__ import annotations

from django.utils import timezone

from crm.dispatching import dispatch_pending
from crm.models import ContactParticipant
from crm.timeline import Happening, record
from messaging.inbox import news
from messaging.inbox.waiting import waiting_count
from tests.factories import contact
from tests.messaging.inbox.talks import from_them


def test_owner_and_participants_look_again_and_nobody_else(people, monkeypatch):
    heard = []
    monkeypatch.setattr(news, "publish", lambda ids, event, data: heard.append((set(ids), event, data["contact"])))
    maria = contact("Maria", owner=people.sam)
    ContactParticipant.objects.create(contact=maria, user=people.noor)
    nobodys = contact("Hassan")
    now = timezone.now()
    dispatch_pending(now)
    assert waiting_count(people.sam) == 0
    heard.clear()
    from_them(maria, "Hello", at=now)
    record(
        [Happening("message_received", one.pk, now, data={"classified": "unknown"}) for one in (maria, maria, nobodys)],
        now=now,
    )
    dispatch_pending(now)
    assert heard == [({people.sam.pk, people.noor.pk}, "inbox", maria.pk)]
    assert waiting_count(people.sam) == 1  # the kept count is forgotten
