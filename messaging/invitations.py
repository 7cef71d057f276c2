"""The mail that invites a colleague, written when the invitation is made."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from crm.dispatching import Subscriber, subscribe
from crm.invitations import path_of
from crm.models import Event, Invitation, Organisation
from messaging.kinds import NoticeKind, register_notice
from messaging.outbox import NewMessage, put


def write_invitations(events: Sequence[Event], now: datetime) -> None:
    """Put the mail of each invitation that is still open into the outbox."""
    people = {event.subject_id: event.data["person_id"] for event in events}
    name = Organisation.objects.current().name
    put(
        [
            NewMessage(
                "email",
                "invitation",
                f"invitation:{one.pk}",
                user_id=people[one.pk],
                subject=f"{one.invited_by.name if one.invited_by else name} invites you to {name}",
                data={
                    "url": path_of(one),
                    "organisation": name,
                    "by": one.invited_by.name if one.invited_by else "",
                    "role": one.get_role_display(),
                    "until": one.expires_at.isoformat(),
                },
                cause_kind="invitation",
                cause_id=one.pk,
                expires_at=one.expires_at,
            )
            for one in Invitation.objects.waiting().filter(pk__in=list(people)).select_related("invited_by")
        ],
        now=now,
    )


def register() -> None:
    """Listen for invitations; called once at start-up."""
    subscribe(Subscriber("invitations", frozenset({"person_invited"}), write_invitations))
    register_notice(
        NoticeKind(
            "invitation", "Invitation", ("email",), urgent=True, icon="mail", renderer="invitation", choosable=False
        )
    )
