"""The outbox: one row per message to one person over one channel."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value

if TYPE_CHECKING:
    from crm.models import User


class MessageChannel(models.TextChoices):
    EMAIL = "email", "E-mail"
    IN_APP = "in_app", "In the app"
    SMS = "sms", "SMS"
    WHATSAPP = "whatsapp", "WhatsApp"
    PUSH = "push", "Web push"
    SLACK = "slack", "Slack"
    TEAMS = "teams", "Microsoft Teams"


class MessageStatus(models.TextChoices):
    PENDING = "pending", "Waiting to be sent"
    SCHEDULED = "scheduled", "Held until later"  # quiet hours, a batch, a retry
    SENDING = "sending", "Being sent"  # claimed by a worker, lease running
    SENT = "sent", "Sent"  # the provider took it
    DELIVERED = "delivered", "Delivered"
    READ = "read", "Read"
    FAILED = "failed", "Failed"  # refused for good, or tried too often
    BOUNCED = "bounced", "Bounced"
    SUPPRESSED = "suppressed", "Not sent"  # policy said no, and why
    UNCERTAIN = "uncertain", "Uncertain"  # the answer was lost: never sent again blindly


#: Those that a delivery sweep may take.
WAITING = [MessageStatus.PENDING, MessageStatus.SCHEDULED]

#: Those that somebody goes looking for.
UNUSUAL = [
    MessageStatus.SCHEDULED,
    MessageStatus.FAILED,
    MessageStatus.BOUNCED,
    MessageStatus.SUPPRESSED,
    MessageStatus.UNCERTAIN,
]


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, user: User) -> MessageQuerySet:
        """Messages to oneself, and those with contacts that one may see; administrators all."""
        from crm.access import contact_scope
        from crm.models import Contact, Role

        if not user.is_active:
            return self.none()
        if user.role == Role.ADMINISTRATOR:
            return self
        seen = Contact.objects.alive().filter(contact_scope(user)).values("pk")
        mine = Q(user=user) | Q(user__isnull=True, contact__in=seen)
        if user.role != Role.AGENT:  # what nobody holds is seen by all but agents, so that nobody is forgotten
            mine |= Q(direction="in", user__isnull=True, contact__isnull=True)
        return self.filter(mine)

    def due(self, now: datetime) -> MessageQuerySet:
        return self.filter(status__in=WAITING, send_after__lte=now).order_by("send_after", "pk")

    def bell_of(self, user: User) -> MessageQuerySet:
        """What the bell shows: in-app messages to this person, newest first."""
        return self.filter(user=user, channel=MessageChannel.IN_APP).order_by("-pk")


class Message(models.Model):
    """Intent and outcome of one message. Its text lives in `MessageBody`, written when it is rendered.

    Nothing may hold a foreign key to this table but its own body, decision and events.
    """

    channel = models.CharField(max_length=10, choices=MessageChannel.choices)
    direction = models.CharField(max_length=3, choices=[("out", "Out"), ("in", "In")], default="out")
    #: What it is: "reminder", "overdue", "escalation", "digest"...; preferences are per kind.
    kind = models.CharField(max_length=40)
    contact = models.ForeignKey(
        "crm.Contact", null=True, on_delete=models.CASCADE, related_name="messages", db_index=False
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    #: A room of colleagues in Slack or Teams that is told, instead of one person.
    hook = models.ForeignKey(
        "messaging.ChatHook", null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    #: Who wrote it by hand; empty for what the house says by itself.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    #: What a contact may refuse apart: `crm.models.consent.Topic`. Empty on messages to colleagues.
    topic = models.CharField(max_length=20, blank=True, default="", db_default="")
    #: Not sent once the contact has answered since it was written.
    stops_on_reply = models.BooleanField(default=False, db_default=False)
    template = models.ForeignKey(
        "messaging.MessageTemplate", null=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    #: The channels still to be tried, in order, should this one fail; and the message that this one stands in for.
    fallback = ArrayField(models.CharField(max_length=10), default=list, db_default=Value("{}"), blank=True)
    fallback_of = models.BigIntegerField(null=True)
    #: On an incoming one: the message of ours that it answers, and by which rule that was found.
    answers = models.BigIntegerField(null=True)
    matched_by = models.CharField(max_length=200, blank=True, default="", db_default="")
    sender = models.CharField(max_length=320, blank=True, default="", db_default="", help_text="Whom it came from")
    to = models.CharField(max_length=320, blank=True, help_text="The address used, known once sent")
    subject = models.CharField(max_length=300, blank=True)
    #: Facts for rendering; a reminder is rendered when it leaves, from what is then true.
    data = models.JSONField(default=dict)
    #: The record that caused it, on whatever floor: ("followup", 12).
    cause_kind = models.CharField(max_length=30, blank=True)
    cause_id = models.BigIntegerField(null=True)
    #: Same key, same message: what makes a repeated sweep harmless.
    dedupe_key = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=MessageStatus.choices, default=MessageStatus.PENDING)
    reason = models.CharField(
        max_length=300, blank=True, help_text="Why it was held, not sent, or failed, in plain words"
    )
    #: When it must have left; later than this it is not worth saying.
    expires_at = models.DateTimeField(null=True)
    send_after = models.DateTimeField()
    claimed_by = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    #: When the gate let it pass, in the attempt that counts: from then on it counts against the caps.
    allowed_at = models.DateTimeField(null=True)
    #: When the provider is asked next about one whose answer was lost.
    look_up_at = models.DateTimeField(null=True)
    #: Marked just before a provider gets it: from then on a lost answer means "uncertain", not "once more".
    handed_at = models.DateTimeField(null=True)
    provider = models.CharField(max_length=40, blank=True)
    provider_id = models.CharField(max_length=300, blank=True)
    cost = models.DecimalField(max_digits=10, decimal_places=5, null=True)
    currency = models.CharField(max_length=3, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        constraints = [
            # Not `unique=True`, which would keep a second index for patterns that nobody asks for.
            models.UniqueConstraint(fields=["dedupe_key"], name="message_once"),
            models.CheckConstraint(condition=Q(status__in=MessageStatus.values), name="message_status_is_known"),
            models.CheckConstraint(
                condition=Q(contact__isnull=False) | Q(user__isnull=False) | Q(hook__isnull=False) | Q(direction="in"),
                name="message_is_to_somebody",
            ),
        ]
        indexes = [
            # The delivery sweep.
            models.Index(fields=["send_after", "id"], condition=Q(status__in=WAITING), name="messages_due"),
            # The rescue sweep.
            models.Index(fields=["lease_until"], condition=Q(status=MessageStatus.SENDING), name="messages_leased"),
            # The bell's count; its list reads `messages_of_user`.
            models.Index(
                fields=["user"],
                condition=Q(channel=MessageChannel.IN_APP, read_at__isnull=True, status=MessageStatus.DELIVERED),
                name="messages_unread",
            ),
            models.Index(fields=["contact", "-id"], condition=Q(contact__isnull=False), name="messages_of_contact"),
            models.Index(fields=["user", "-id"], condition=Q(user__isnull=False), name="messages_of_user"),
            # What a contact got lately: the gate's caps.
            models.Index(
                fields=["contact", "allowed_at"], condition=Q(allowed_at__isnull=False), name="messages_allowed"
            ),
            models.Index(fields=["cause_kind", "cause_id"], name="messages_of_cause"),
            # How often a template was used.
            models.Index(fields=["template"], condition=Q(template__isnull=False), name="messages_of_template"),
            # The look-up sweep.
            models.Index(fields=["look_up_at"], condition=Q(look_up_at__isnull=False), name="messages_to_look_up"),
            # A provider's callback names the message by the provider's own name for it.
            models.Index(fields=["provider_id"], condition=~Q(provider_id=""), name="messages_by_provider_id"),
            # Whom was written to lately at this address: the last resort of matching an answer.
            models.Index(fields=["to", "-id"], condition=Q(contact__isnull=False), name="messages_by_address"),
            # What came from people whom nobody knows.
            models.Index(
                fields=["-id"], condition=Q(direction="in", contact__isnull=True), name="messages_from_strangers"
            ),
            # Looking for what did not simply arrive; what did is found from the newest on.
            models.Index(fields=["status", "-id"], condition=Q(status__in=UNUSUAL), name="messages_by_status"),
        ]


class MessageBody(models.Model):
    """The words as they left or came. `new_text` is what an answer says anew, without what it quotes."""

    message = models.OneToOneField(Message, primary_key=True, on_delete=models.CASCADE, related_name="body")
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    new_text = models.TextField(blank=True, default="", db_default="")
