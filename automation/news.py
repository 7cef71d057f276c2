"""What colleagues are told about automations: one has paused itself, one waits for a second person's word."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automation.models import Automation
from crm.models import Organisation, User
from messaging.notices import Notice, NoticeKind, register_notice, tell

BRAKED, ASKED, ANSWERED = "automation_braked", "automation_asked", "automation_answered"


def register() -> None:
    """Make the kinds known; called once at start-up."""
    register_notice(
        NoticeKind(
            BRAKED, "Automations that stand still", ("in_app", "email"),
            help="When an automation pauses itself, for who may switch it on again", icon="siren",
        ),
        NoticeKind(
            ASKED, "Automations that wait for a second word", ("in_app", "email"),
            help="When a colleague wants to switch on an automation that many people will enter", icon="shield-check",
        ),
        NoticeKind(
            ANSWERED, "Answers to your automations", ("in_app",),
            help="When a second person has approved or declined an automation of yours", icon="check-check",
        ),
    )  # fmt: skip


def activators(*, but: User | None = None) -> list[User]:
    """Who may switch automations on, but for one of them."""
    house = Organisation.objects.current()
    people = User.objects.filter(is_active=True).order_by("pk")
    return [one for one in people if one != but and one.can("automations.activate", house)]


def tell_activators(
    kind: str,
    automation: Automation,
    subject: str,
    lines: Sequence[str],
    *,
    key: str,
    now: datetime,
    but: User | None = None,
) -> None:
    """Tell everybody who may switch automations on. Call inside the transaction of the cause."""
    tell([notice(kind, one, automation, subject, lines, key) for one in activators(but=but)], now=now)


def notice(kind: str, to: User, automation: Automation, subject: str, lines: Sequence[str], key: str) -> Notice:
    """One notice that leads to the automation."""
    return Notice(
        to.pk,
        kind,
        subject,
        {
            "url": f"/automations/{automation.pk}/{'publish/' if kind == ASKED else ''}",
            "lines": list(lines),
            "button": "See the automation",
        },
        f"{kind}:{automation.pk}:{key}:{to.pk}",
        "automation",
        automation.pk,
    )
