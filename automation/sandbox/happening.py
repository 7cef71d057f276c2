"""Making happen what a rehearsal supposes, by the same verbs as in earnest. Only inside a transaction that is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from automation.effects.messages import CAUSE
from automation.engine.state import About
from automation.sandbox.what_ifs import WhatIf
from crm.event_kinds import is_known
from crm.invoices.paying import NewPayment, note_payments
from crm.invoices.standing import UNPAID
from crm.models import Contact, Invoice
from crm.outside.receiving import PREFIX
from crm.timeline import Happening, record
from followups.completing import complete
from followups.lifecycle import OPEN, UnknownOutcome
from followups.models import FollowUp
from messaging.addresses import token_of
from messaging.hooks.applying import apply_events
from messaging.hooks.events import BOUNCED, CLICKED, HARD, OPENED, UNSUBSCRIBED, ProviderEvent
from messaging.incoming import Incoming
from messaging.mail_reading.shape import OUT_OF_OFFICE, PERSON
from messaging.models import Message, MessageEvent, MessageStatus
from messaging.receiving import receive
from messaging.rehearsing import PROVIDER

NO_MESSAGE = "No message has reached them yet, so it cannot be."
NO_MAIL = "No e-mail has reached them yet, so it cannot be."
NO_FOLLOWUP = "There is no open follow-up for them."
NO_INVOICE = "They have no open invoice."
#: For how long an absence is supposed.
AWAY_DAYS = 7


@dataclass(frozen=True, slots=True)
class Setting:
    """In whose rehearsal it happens, and since when. `number` tells this supposition from the others."""

    contact: Contact
    enrollment_id: int
    about: About | None
    number: int


def happen(one: WhatIf, setting: Setting, *, now: datetime) -> str:
    """Let it happen now. Returns why it cannot be, in a sentence, or nothing."""
    return _HOW[one.kind](one, setting, now)


def _reply(one: WhatIf, setting: Setting, now: datetime) -> str:
    return _incoming(one, setting, now, PERSON)


def _away(one: WhatIf, setting: Setting, now: datetime) -> str:
    return _incoming(one, setting, now, OUT_OF_OFFICE)


def _incoming(one: WhatIf, setting: Setting, now: datetime, kind: str) -> str:
    last = _last_message(setting)
    channel = last.channel if last is not None else "email"
    address = (last.to if last is not None else "") or (
        setting.contact.email if channel == "email" else setting.contact.phone
    )
    text = one.text or ("I am away." if kind == OUT_OF_OFFICE else "Thank you, let us talk.")
    named = (f"<{last.pk}.{token_of(last.pk, last.created_at)}@{PROVIDER}>",) if last is not None else ()
    if not address and not named:
        return "They have no address to answer from."
    said = Incoming(
        channel=channel, provider=PROVIDER, provider_id=f"{PROVIDER}:{setting.enrollment_id}:{setting.number}",
        sender=address, at=now, kind=kind, rule="Supposed in a rehearsal", subject=f"Re: {last.subject if last else ''}",
        text=text, new_text=text, in_reply_to=named,
        returns_on=(now + timedelta(days=AWAY_DAYS)).date() if kind == OUT_OF_OFFICE else None,
    )  # fmt: skip
    receive([said], now=now)
    return ""


def _open(one: WhatIf, setting: Setting, now: datetime) -> str:
    return _hit(setting, now, OPENED, {})


def _click(one: WhatIf, setting: Setting, now: datetime) -> str:
    return _hit(setting, now, CLICKED, {"link": one.text or "a link", "url": one.text or "https://example.com/"})


def _hit(setting: Setting, now: datetime, kind: str, more: dict[str, str]) -> str:
    """As tracking writes it once a person is known to have done it (messaging/tracking/sweeping.py)."""
    mail = _last_message(setting, channel="email")
    if mail is None:
        return NO_MAIL
    MessageEvent.objects.create(message=mail, kind=kind, at=now, actor="person", rule="Supposed in a rehearsal")
    data = {"subject": mail.subject, "message_id": mail.pk, "channel": mail.get_channel_display(), **more}
    about = Happening(
        f"message_{kind}", setting.contact.pk, now, actor="contact", subject_kind="message", subject_id=mail.pk,
        data=data | {"channel_slug": mail.channel}, key=f"message_{kind}:{mail.pk}:{setting.number}",
    )  # fmt: skip
    record([about], now=now)
    return ""


def _bounce(one: WhatIf, setting: Setting, now: datetime) -> str:
    return _told(setting, now, BOUNCED, HARD)


def _unsubscribe(one: WhatIf, setting: Setting, now: datetime) -> str:
    return _told(setting, now, UNSUBSCRIBED, "")


def _told(setting: Setting, now: datetime, kind: str, bounce: str) -> str:
    last = _last_message(setting)
    if last is None:
        return NO_MESSAGE
    event = ProviderEvent(
        PROVIDER, kind, now, message_id=last.pk, token=token_of(last.pk, last.created_at), recipient=last.to,
        bounce=bounce, detail="Supposed in a rehearsal",
    )  # fmt: skip
    apply_events([event], now=now)
    return ""


def _complete_followup(one: WhatIf, setting: Setting, now: datetime) -> str:
    theirs = FollowUp.objects.alive().filter(contact=setting.contact.pk, status__in=OPEN).order_by("-pk")
    found = theirs.filter(created_at__lte=now).select_related("assignee").first()
    if found is None:
        return NO_FOLLOWUP
    try:
        done = complete(FollowUp.objects.filter(pk=found.pk), by=found.assignee, now=now, outcome=one.outcome)
    except UnknownOutcome as problem:
        return f"{problem}"
    return next(iter(done.refused.values()), "")


def _pay_invoice(one: WhatIf, setting: Setting, now: datetime) -> str:
    theirs = Invoice.objects.alive().filter(contact=setting.contact.pk).filter(state__in=UNPAID)
    if setting.about is not None and setting.about.kind == "invoice":
        theirs = theirs.filter(pk=setting.about.id)
    found = theirs.order_by("due_on", "pk").first()
    if found is None:
        return NO_INVOICE
    noted = note_payments([NewPayment(invoice_id=found.pk)], by=None, now=now)
    return next((sentence for _, sentence in noted.refused.values()), "")


def _form(one: WhatIf, setting: Setting, now: datetime) -> str:
    return _recorded(one, setting, now, "form_submitted", {"form": one.form})


def _call(one: WhatIf, setting: Setting, now: datetime) -> str:
    return _recorded(one, setting, now, "call_logged", {"outcome": "reached"}, by_us=True)


def _meeting(one: WhatIf, setting: Setting, now: datetime) -> str:
    return _recorded(one, setting, now, "meeting_logged", {"outcome": "held"}, by_us=True)


def _event(one: WhatIf, setting: Setting, now: datetime) -> str:
    if not is_known(one.event):
        return f"There is no event called “{one.event}”."
    return _recorded(one, setting, now, one.event, {})


def _recorded(
    one: WhatIf, setting: Setting, now: datetime, kind: str, data: dict[str, str], *, by_us: bool = False
) -> str:
    """On the timeline, as it comes from outside or from a colleague: the contact's owner."""
    about = setting.about
    what = Happening(
        kind, setting.contact.pk, now, actor="person" if by_us else "contact",
        user_id=setting.contact.owner_id if by_us else None,
        subject_kind=about.kind if about else "", subject_id=about.id if about else None,
        data=data | one.data, two_way=by_us, key=f"{PREFIX}{PROVIDER}:{setting.enrollment_id}:{setting.number}",
    )  # fmt: skip
    record([what], now=now)
    return ""


def _last_message(setting: Setting, channel: str = "") -> Message | None:
    """The last that reached them: of this round where there is one, else any."""
    reached = Message.objects.filter(
        contact=setting.contact.pk, direction="out",
        status__in=[MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ],
    ).order_by("-pk")  # fmt: skip
    if channel:
        reached = reached.filter(channel=channel)
    return reached.filter(cause_kind=CAUSE, cause_id=setting.enrollment_id).first() or reached.first()


_HOW: dict[str, Callable[[WhatIf, Setting, datetime], str]] = {
    "reply": _reply,
    "open": _open,
    "click": _click,
    "bounce": _bounce,
    "unsubscribe": _unsubscribe,
    "away": _away,
    "complete_followup": _complete_followup,
    "pay_invoice": _pay_invoice,
    "form": _form,
    "call": _call,
    "meeting": _meeting,
    "event": _event,
}
