"""Automations of the demo: three from the library, active, with people inside as the stories have them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from automation.entering import Entry, enroll
from automation.library.installing import install
from automation.library.registry import ENTRIES
from automation.models import Automation
from automation.publishing import publish
from automation.running import sweep_enrollments
from crm.models import Deal, Event, Invoice, PendingEvent, Role, User
from crm.models.deal import StageKind
from crm.models.invoice import UNPAID

#: So many people come to each, one every so often; the first step of each is a wait of three or four days.
MOST, APART = 24, timedelta(hours=2, minutes=45)
EVER = datetime.min.replace(tzinfo=UTC)
#: Those of the past came so long ago and have spoken with somebody since: it has ended for them.
LONG_AGO = timedelta(days=9)


def automate(now: datetime) -> int:
    """Install, switch on and let people in; returns how many automations there are. Nothing is written to anybody and no
    follow-up is made: whoever is inside still waits."""
    by = User.objects.filter(role=Role.ADMINISTRATOR).order_by("pk").first()
    assert by is not None
    before = list(PendingEvent.objects.values_list("event_id", flat=True))
    proposals = Deal.objects.alive().filter(status=StageKind.OPEN, stage__name="Proposal sent", contact__isnull=False)
    deals = list(proposals.select_related("contact").order_by("pk")[:MOST])
    ended = [one for one in deals[2::3] if one.contact and (one.contact.last_two_way_at or EVER) > now - LONG_AGO]
    asked = _active("proposal-no-response", by, now)
    _let_in(asked, [(deal.contact_id or 0, f"deal:{deal.pk}") for deal in ended], now - LONG_AGO)
    sweep_enrollments(now)  # who has spoken since then has left; nobody of them is written to
    _let_in(asked, [(deal.contact_id or 0, f"deal:{deal.pk}") for deal in deals if deal not in ended], now)
    met = Event.objects.filter(
        kind="followup_completed", two_way=True, data__channel="meeting", contact__deleted_at=None
    )
    recent = met.filter(occurred_at__gt=now - timedelta(days=4), occurred_at__lte=now).order_by("-occurred_at")[:MOST]
    recall = _active("ghosted-after-meeting", by, now)
    for event in recent:
        if event.contact_id:
            _enter(recall, event.contact_id, "", event.occurred_at, event.pk)
    unpaid = Invoice.objects.alive().filter(state__in=UNPAID).order_by("-issued_on", "-pk")[: MOST // 3]
    _let_in(_active("payment-escalation", by, now), [(bill.contact_id, f"invoice:{bill.pk}") for bill in unpaid], now)
    while sweep_enrollments(now):
        pass
    # Told as of the past: nobody is asked to respond to what the story has settled.
    PendingEvent.objects.exclude(event_id__in=before).delete()
    return Automation.objects.alive().count()


def _active(slug: str, by: User, now: datetime) -> Automation:
    made = install(ENTRIES[slug], by=by, now=now - 2 * LONG_AGO)
    publish(made, by=by, now=now - 2 * LONG_AGO)
    return made


def _let_in(made: Automation, who: list[tuple[int, str]], until: datetime) -> None:
    """One after the other, the last shortly before `until`."""
    for number, (contact_id, about) in enumerate(who):
        _enter(made, contact_id, about, until - timedelta(minutes=20) - APART * number)


def _enter(made: Automation, contact_id: int, about: str, at: datetime, cause_id: int | None = None) -> None:
    enroll([Entry(made.pk, contact_id, at, about=about, cause_id=cause_id, deliberate=True)], now=at)
