"""One record of each kind, all of them Sam's: what the walk through every route is made against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from automation.entering import Entry, enroll
from automation.publishing import create as make_automation
from automation.publishing import publish
from crm.absences import add_absence
from crm.audiences.making import make_audience
from crm.contact_sets import set_lifecycle
from crm.deals.products import make_product
from crm.documents.filing import take_files
from crm.importing.starting import take_in
from crm.invitations import invite, token_of
from crm.invoices.issuing import NewInvoice, issue
from crm.merging.merging import merge
from crm.models import (
    ApiToken,
    CaseKind,
    CloseReason,
    Contact,
    CustomField,
    Document,
    DocumentKind,
    DuplicatePair,
    ParkedEvent,
    Pipeline,
    RefusedEvent,
    SavedView,
    Stage,
    Tag,
    UndoStep,
    User,
)
from crm.notes import add_note
from crm.partners.linking import link
from crm.tokens import create_token
from followups.models import FollowUpSet, FollowUpTemplate, FollowUpType, Outcome
from messaging.delivery import deliver_due
from messaging.models import Arrival, ChatHook, Message
from messaging.notices import Notice, tell
from messaging.suppressing import Stop, suppress
from messaging.webhooks.secret_keeping import make_secret
from messaging.webhooks.writing import NewCall, write_calls
from tests.crm.deals.given import deal
from tests.factories import contact, followup, partner
from tests.messaging.inbox.talks import from_them, from_us
from tests.messaging.templating.making import template
from tests.people import People

#: Nobody who may not see Sam's client may ever read this name.
FOREIGN = "Quillfeather"


@dataclass(frozen=True, slots=True)
class Records:
    """The ids by the name that a route's parameter stands for."""

    ids: dict[str, Any]

    def intact(self, kind: str) -> bool:
        """Whether Sam's own thing is as it was."""
        pk = self.ids[kind]
        return {
            "token": lambda: ApiToken.objects.filter(pk=pk, revoked_at=None).exists(),
            "view": lambda: SavedView.objects.filter(pk=pk).exists(),
            "contact_view": lambda: SavedView.objects.filter(pk=pk).exists(),
            "undo": lambda: UndoStep.objects.filter(pk=pk, used_at=None).exists(),
            "notice": lambda: Message.objects.filter(pk=pk, read_at=None).exists(),
        }[kind]()


def records(people: People) -> Records:
    """Store them."""
    now = timezone.now()
    client = contact(FOREIGN, last_name=FOREIGN, owner=people.sam, created_by=people.sam, organisation=FOREIGN)
    call = followup(client, people.sam, by=people.sam, subject=f"Call {FOREIGN}", description=FOREIGN)
    alba = partner()
    link(alba, Contact.objects.filter(pk=client.pk), role=f"{FOREIGN} applies", by=people.sam, now=now)
    note = add_note(client, by=people.sam, now=now, body=f"{FOREIGN} likes tea")
    step = set_lifecycle(Contact.objects.filter(pk=client.pk), to="working", by=people.sam, now=now).undo_id
    tell([Notice(people.sam.pk, "reminder", f"Call {FOREIGN}", {}, "walk", "followup", call.pk)], now=now)
    deliver_due(now)
    notice = Message.objects.get(user=people.sam, channel="in_app", kind="reminder")
    mail = Message.objects.get(user=people.sam, channel="email", kind="reminder")
    letter = from_us(client, people.sam, FOREIGN, at=now, status="pending", topic="service")
    stranger = from_them(None, FOREIGN, at=now)
    day = now.date() + timedelta(days=30)
    batch = take_in(ContentFile(b"First name,E-mail\nAna,ana@example.org\n"), f"{FOREIGN}.csv", by=people.sam, now=now)
    parked = ParkedEvent.objects.create(event_id=1, subscriber="walk", contact_id=client.pk, error="x")
    arrival = Arrival.objects.create(
        kind="walk", provider="walk", key="walk", received_at=now, due_at=now, state="parked", error="x"
    )
    views = {
        page: SavedView.objects.create(owner=people.sam, page=page, name=FOREIGN, query="q=x")
        for page in ("followups", "contacts")
    }
    twins = [contact(FOREIGN, last_name=FOREIGN, owner=people.sam, created_by=people.sam) for _ in range(3)]
    pair = DuplicatePair.objects.create(first=client, second=twins[0], likeness=90, reasons=["Same name"])
    sams = Contact.objects.filter(owner=people.sam)
    merged = merge(sams, kept=twins[1].pk, gone=twins[2].pk, by=people.sam, now=now)
    paper = Document.objects.create(contact=client, name=FOREIGN, requested_by=people.sam)
    scan = ContentFile(b"%PDF-1.7 " + FOREIGN.encode())
    take_files(Document.objects.filter(pk=paper.pk), [("scan.pdf", scan)], by=people.sam, now=now)
    write_calls([NewCall("walk", "https://hooks.example.com/", {"name": FOREIGN}, client.pk)], now=now)
    nurture = switched_on(by=people.sam, now=now)
    invitation = invite("invited@example.com", role="agent", team=None, by=people.ada, now=now)
    return Records(
        {
            "contact": client.pk,
            "followup": call.pk,
            "note": note.pk,
            "twin": twins[0].pk,
            "pair": pair.pk,
            "merge": merged.merge_id,
            "undo": step,
            "notice": notice.pk,
            "message": mail.pk,
            "letter": letter.pk,
            "stranger": stranger.pk,
            "import": batch.pk,
            "parked": parked.pk,
            "arrival": arrival.pk,
            "view": views["followups"].pk,
            "contact_view": views["contacts"].pk,
            "token": create_token(people.sam, name=FOREIGN, now=now)[0].pk,
            "absence": add_absence(people.sam, starts_on=day, ends_on=day, note=FOREIGN).pk,
            "partner": alba.pk,
            "person": people.otto.pk,
            "team": people.schools.pk,
            "field": CustomField.objects.create(slug="course", label="Course").pk,
            "audience": make_audience(name="Everybody we like", kind="static", by=people.sam, now=now).pk,
            "automation": nurture,
            "slug": "post-event",
            "enrollment": enroll([Entry(nurture, client.pk, now)], now=now).ids[nurture, client.pk, ""],
            "refused_event": RefusedEvent.objects.create(contact="nobody@example.org", kind="order_paid").pk,
            "tag": Tag.objects.create(name="Visa", slug="visa").pk,
            "type": FollowUpType.objects.get(slug="service").pk,
            "outcome": Outcome.objects.get(slug="voicemail").pk,
            "stage": Stage.objects.get(pipeline__name="Sales", name="Contacted").pk,
            "pipeline": Pipeline.objects.get(name="Sales").pk,
            "reason": CloseReason.objects.get(kind="lost", label="Other").pk,
            "product": make_product(name="Student visa", price=10).pk,
            "deal": deal(FOREIGN, contact=client, owner_id=people.sam.pk, by=people.sam, now=now).pk,
            "document": paper.pk,
            "document_file": paper.files.get().pk,
            "document_kind": DocumentKind.objects.get(name="Passport").pk,
            "case_kind": CaseKind.objects.get(name="Student visa").pk,
            "invoice": issue([NewInvoice(contact_id=client.pk, amount="100")], by=people.sam, now=now).ids[0],
            "set": FollowUpSet.objects.get(name="Onboarding").pk,
            "template": FollowUpTemplate.objects.first().pk,  # type: ignore[union-attr]
            "message_template": template("sms", name="Hello", text="Hello").pk,
            "invitation": invitation.pk,
            "join": token_of(invitation),
            "room": ChatHook.objects.create(
                name="Sales", service="slack", url="https://hooks.slack.com/x", created_at=now
            ).pk,
            "webhook_secret": make_secret(name="The shop", now=now)[0].pk,
            "stop": suppress([Stop("email", "stopped@example.com", "by_hand")], by=None, now=now)[0],
        }
    )


def switched_on(*, by: User, now: datetime) -> int:
    """An active automation that waits a week, with a draft of its next version; its id."""
    steps = [{"id": "s1", "kind": "wait", "amount": 1, "unit": "weeks", "exits": {"next": None}}]
    definition = {"triggers": [{"kind": "manual"}], "start": "s1", "steps": steps}
    made = make_automation(name="Nurture", definition=definition, by=by, now=now)
    publish(made, by=by, now=now)
    return made.pk
