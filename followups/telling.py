"""Telling colleagues about follow-ups that came to them: one notice for a set."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from followups.due import Due
from followups.due import in_words as due_in_words
from followups.people import Person
from messaging.notices import Notice, tell

#: How many of a set a notice names.
MOST = 20


@dataclass(frozen=True, slots=True)
class Given:
    """One follow-up that has come to somebody; `version` as it is now."""

    id: int
    version: int
    subject: str
    assignee_id: int
    contact_id: int | None
    speed_to_lead: bool = False


def tell_assignees(given: Sequence[Given], *, giver_id: int | None, giver: str, now: datetime) -> None:
    """Tell each person but the giver what is theirs now: leads that wait for a first call apart from the rest."""
    notices = []
    for (user_id, lead), ones in _grouped([one for one in given if one.assignee_id != giver_id]):
        if lead:
            number = len(ones)
            subject = "A new lead waits for your call" if number == 1 else f"{number} new leads wait for your call"
        else:
            subject = f"{giver} gave you {named([one.subject for one in ones])}"
        notices.append(_notice("new_lead" if lead else "assigned", user_id, subject, ones))
    tell(notices, now=now)


def tell_passed_on(passed: Sequence[tuple[Given, int]], people: Mapping[int, Person], *, now: datetime) -> None:
    """Tell those who get leads that waited too long with somebody else, and those whom they were taken from."""
    notices = []
    for (user_id, _), ones in _grouped([given for given, _ in passed]):
        number = len(ones)
        subject = "A lead waits for your call" if number == 1 else f"{number} leads wait for your call"
        lines = ["Nobody reached them in time, so they are yours now."]
        notices.append(_notice("new_lead", user_id, subject, ones, lines=lines))
    lost: dict[int, list[Given]] = {}
    for given, from_id in passed:
        lost.setdefault(from_id, []).append(given)
    for user_id, ones in sorted(lost.items()):
        names = sorted({people[one.assignee_id].name for one in ones})
        subject = (
            f"{'A new lead was' if len(ones) == 1 else f'{len(ones)} new leads were'} passed on to {_listed(names)}"
        )
        lines = ["They were not called in time."]
        notices.append(_notice("lead_passed_on", user_id, subject, ones, lines=lines))
    tell(notices, now=now)


def tell_unreached(leads: Mapping[int, Sequence[Given]], *, now: datetime) -> None:
    """Tell managers, by id, of the leads that were passed on as often as allowed and still wait."""
    notices = []
    for user_id, ones in sorted(leads.items()):
        subject = f"{'A new lead' if len(ones) == 1 else f'{len(ones)} new leads'} nobody has reached yet"
        notices.append(
            _notice("lead_waiting", user_id, subject, ones, lines=["Passed on and still waiting for a call."])
        )
    tell(notices, now=now)


def tell_missed(rows: Sequence[dict[str, Any]], people: Mapping[int, Person], *, now: datetime) -> None:
    """Tell each assignee what they missed: one by its name, more by their number."""
    theirs: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        theirs.setdefault(row["assignee_id"], []).append(row)
    notices = []
    for user_id, missed in sorted(theirs.items()):
        ones = [Given(row["id"], row["version"] + 1, row["subject"], user_id, row["contact_id"]) for row in missed]
        verb = "was" if len(ones) == 1 else "were"
        facts = [
            (row["subject"], f"due {due_in_words(Due(on=row['due_on'], at=row['due_at']), people[user_id].zone)}")
            for row in missed[:MOST]
        ]
        notices.append(
            _notice("overdue", user_id, f"{named([one.subject for one in ones])} {verb} missed", ones, facts=facts)
        )
    tell(notices, now=now)


def _grouped(given: Sequence[Given]) -> list[tuple[tuple[int, bool], list[Given]]]:
    """By person, and leads apart from the rest."""
    sets: dict[tuple[int, bool], list[Given]] = {}
    for one in given:
        sets.setdefault((one.assignee_id, one.speed_to_lead), []).append(one)
    return sorted(sets.items())


def _notice(kind: str, user_id: int, subject: str, ones: Sequence[Given], **data: Any) -> Notice:
    """One notice for the set. Its key holds a version, so that the same set can be news again after a change."""
    first = min(ones, key=lambda one: one.id)
    if "facts" not in data and len(ones) > 1:
        data["lines"] = [*data.get("lines", []), *(one.subject for one in ones[:MOST])]
    return Notice(
        user_id=user_id,
        kind=kind,
        subject=subject,
        data={
            "url": f"/followups/{first.id}/" if len(ones) == 1 else "/followups/?assignee=me",
            **grouped(ones),
            "button": "Open the follow-up" if len(ones) == 1 else "Open the list",
            **data,
        },
        dedupe_key=f"{kind}:{user_id}:{first.id}:{first.version}",
        cause_kind="followup",
        cause_id=first.id,
    )


def grouped(ones: Sequence[Given]) -> dict[str, object]:
    """What a notice about a set carries: how many, and the first of them by name."""
    return {
        "count": len(ones),
        "followups": [{"id": one.id, "subject": one.subject, "contact_id": one.contact_id} for one in ones[:MOST]],
    }


def named(subjects: Sequence[str]) -> str:
    """One by its name, more by their number."""
    return f"“{subjects[0]}”" if len(subjects) == 1 else f"{len(subjects)} follow-ups"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
