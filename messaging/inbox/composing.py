"""The form of a message by hand, and sending it: a few seconds later, so that it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.db import transaction
from django.utils import timezone

from crm.models.consent import Topic
from crm.undo import remember
from messaging import cancelling
from messaging.answering import answer_marks
from messaging.inbox.filling import filled, filled_words
from messaging.inbox.words import TO_CONTACTS
from messaging.models import Message, MessageChannel, MessageStatus
from messaging.models.message import MessageQuerySet
from messaging.templating.fields import BadWords, CannotFill
from messaging.writing import BY_HAND, ToContact, Written, write_to_contacts

if TYPE_CHECKING:
    from crm.models import Contact, User

#: How long a message by hand rests before it leaves.
GRACE = timedelta(seconds=10)
#: How long words that were taken back are offered again.
OFFERED_AGAIN = timedelta(minutes=10)
#: What is to leave later than this was mistyped.
FURTHEST = timedelta(days=366)
TOPICS = [(value, label) for value, label in Topic.choices if value != Topic.ALL]
LONGEST = 50_000
#: What a record that a message may come from is called in the address of the composer.
CAUSES = ("followup",)


class ComposeForm(forms.Form):
    """One message. Times are the writer's own."""

    channel = forms.ChoiceField(choices=[(value, MessageChannel(value).label) for value in TO_CONTACTS])
    topic = forms.ChoiceField(choices=TOPICS, required=False)
    subject = forms.CharField(max_length=300, required=False)
    text = forms.CharField(max_length=LONGEST, required=False)
    template = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    whole = forms.IntegerField(required=False, min_value=1, max_value=2**31)
    send_at = forms.DateTimeField(required=False, input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"])
    insist = forms.CharField(max_length=150, required=False)
    followup = forms.IntegerField(required=False, min_value=1, max_value=2**62)

    def clean_topic(self) -> str:
        return self.cleaned_data["topic"] or Topic.SERVICE

    def clean_send_at(self) -> datetime | None:
        given: datetime | None = self.cleaned_data["send_at"]
        if given is not None and given > timezone.now() + FURTHEST:
            raise forms.ValidationError("Choose a moment within the next year.")
        return given

    def clean_text(self) -> str:
        return str(self.cleaned_data["text"]).replace("\0", "").replace("\r\n", "\n").strip()

    def clean(self) -> dict[str, Any]:
        """Ask for words, unless a whole template leaves as it is."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if not given.get("text") and not given.get("whole") and "text" not in self.errors:
            self.add_error("text", "Write something first.")
        return given


class CannotWrite(ValueError):
    """Words or a way that will not do; `field` names the place."""

    def __init__(self, field: str, words: str) -> None:
        self.field = field
        super().__init__(words)


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of it, and the step that takes it back."""

    written: Written
    leaves_at: datetime
    undo_id: int | None


def send(given: dict[str, Any], contact: Contact, *, by: User, key: str, now: datetime) -> Sent:
    """Write the message of a clean form. `key` is the form's own: sent twice, it is written once. Raises CannotWrite."""
    channel, whole = given["channel"], given.get("whole")
    text, subject = given.get("text", ""), given.get("subject", "")
    if whole:
        words = filled(whole, contact, by, now=now)
        if words is None:
            raise CannotWrite("text", "That template is gone; choose another one.")
        if words.missing:
            fields = ", ".join(words.missing)
            raise CannotWrite("text", f"{fields} is empty for {contact.name}; fill it in on their page first.")
        text, subject, channel = "", words.subject, words.channel
    else:
        text = _filled("text", text, contact, by, now)
        subject = _filled("subject", subject, contact, by, now) if channel == MessageChannel.EMAIL else ""
    due = given.get("send_at")
    leaves = due if due and due > now + GRACE else now + GRACE
    followup = given.get("followup")
    with transaction.atomic():
        [written] = write_to_contacts(
            [
                ToContact(
                    contact_id=contact.pk, kind=BY_HAND, dedupe_key=f"hand:{key}", topic=given["topic"],
                    channel=channel, subject=subject if channel == MessageChannel.EMAIL else "", text=text,
                    template_id=whole or given.get("template"), author_id=by.pk, send_after=leaves,
                    insist=given.get("insist", ""), cause_kind="followup" if followup else "", cause_id=followup,
                    data=answer_marks(contact.pk, subject) if channel == MessageChannel.EMAIL else {}, fallback=False,
                )
            ],
            now=now,
        )  # fmt: skip
        step = None
        if written.message_id and not written.refused and written.new:
            step = remember(
                user=by, label="Message", kind=cancelling.UNDO, payload={"ids": [written.message_id]}, now=now
            )
    return Sent(written, written.until or leaves, step)


def _filled(place: str, words: str, contact: Contact, by: User, now: datetime) -> str:
    try:
        return filled_words(words, contact, by, now=now)
    except (BadWords, CannotFill) as problem:
        raise CannotWrite(place, str(problem)) from None


def taken_back(messages: MessageQuerySet, by: User, now: datetime) -> Message | None:
    """The person's last message of a talk, if they have just taken it back: its words are offered again."""
    last = messages.filter(author=by, direction="out").select_related("body").order_by("-pk").first()
    if last is None or last.status != MessageStatus.SUPPRESSED or now - last.created_at > OFFERED_AGAIN:
        return None
    return last if last.events.filter(kind=cancelling.CANCELLED).exists() else None
