"""Telling colleagues about follow-ups that came to them: one notice for a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from messaging.notices import Notice, tell


@dataclass(frozen=True, slots=True)
class Given:
    """One follow-up that has come to somebody; `version` as it is now."""

    id: int
    version: int
    subject: str
    assignee_id: int
    contact_id: int
    speed_to_lead: bool = False


def tell_assignees(given: Sequence[Given], *, giver_id: int | None, giver: str, now: datetime) -> None:
    """Tell each person but the giver what is theirs now: leads that wait for a first call apart from the rest."""
    sets: dict[tuple[int, bool], list[Given]] = {}
    for one in given:
        if one.assignee_id != giver_id:
            sets.setdefault((one.assignee_id, one.speed_to_lead), []).append(one)
    notices = []
    for (user_id, lead), ones in sorted(sets.items()):
        first = min(ones, key=lambda one: one.id)
        kind = "new_lead" if lead else "assigned"
        subject = _lead_subject(ones) if lead else f"{giver} gave you {in_words([one.subject for one in ones])}"
        notices.append(
            Notice(
                user_id=user_id,
                kind=kind,
                subject=subject,
                data={"url": url_of(ones), **grouped(ones)},
                dedupe_key=f"{kind}:{user_id}:{first.id}:{first.version}",
                cause_kind="followup",
                cause_id=first.id,
            )
        )
    tell(notices, now=now)


def _lead_subject(ones: Sequence[Given]) -> str:
    return "A new lead waits for your call" if len(ones) == 1 else f"{len(ones)} new leads wait for your call"


def in_words(subjects: Sequence[str]) -> str:
    """One by its name, more by their number."""
    return f"“{subjects[0]}”" if len(subjects) == 1 else f"{len(subjects)} follow-ups"


def url_of(ones: Sequence[Given]) -> str:
    """The page of the one, or the list of one's own."""
    return f"/followups/{ones[0].id}/" if len(ones) == 1 else "/followups/?assignee=me"


def grouped(ones: Sequence[Given], *, most: int = 20) -> Mapping[str, object]:
    """What a notice about a set carries: how many, and the first of them by name."""
    return {
        "count": len(ones),
        "followups": [{"id": one.id, "subject": one.subject, "contact_id": one.contact_id} for one in ones[:most]],
    }
