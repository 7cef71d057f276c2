"""Leaving the audience that let somebody in pauses or ends their round, as the rules say; coming back lets them go on (D5)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from automation.engine.state import LEFT_AUDIENCE
from automation.models import INSIDE, AutomationVersion, Enrollment, EnrollmentStatus
from automation.stopping import BY_AUDIENCE, pause, resume, stop
from automation.triggers.audiences import AudienceJoined
from automation.triggers.listening import definitions
from crm.models import AudienceMember

JOINED, LEFT = "audience_joined", "audience_left"
WHY = "They left the audience."


def follow_audiences(contact_ids: Collection[int], *, now: datetime) -> None:
    """Set right those inside whose place in audiences has changed. It looks at where they are now, not at the order of
    comings and goings; nobody is deleted, and whoever another holds stays held."""
    if not contact_ids:
        return
    rules = _rules()
    inside = Enrollment.objects.filter(
        contact__in=contact_ids, status__in=INSIDE, automation_version__in=rules
    ).values_list("pk", "contact_id", "automation_version_id", "status", "paused_by")
    rows = list(inside) if rules else []
    if not rows:
        return
    wanted = {audience for audiences, _ in rules.values() for audience in audiences}
    there = set(
        AudienceMember.objects.filter(contact__in={row[1] for row in rows}, audience__in=wanted).values_list(
            "contact_id", "audience_id"
        )
    )
    back, held, gone = [], [], []
    for pk, contact_id, version_id, status, paused_by in rows:
        audiences, rule = rules[version_id]
        is_in = any((contact_id, audience) in there for audience in audiences)
        by_us = status == EnrollmentStatus.PAUSED and paused_by == BY_AUDIENCE
        if is_in and by_us:
            back.append(pk)
        elif not is_in and rule == "exit":
            gone.append(pk)
        elif not is_in and status != EnrollmentStatus.PAUSED and status != EnrollmentStatus.FAILED:
            held.append(pk)
    if back:
        resume(Enrollment.objects.filter(pk__in=back), by=None, now=now, held_by=BY_AUDIENCE)
    if held:
        pause(Enrollment.objects.filter(pk__in=held), why=WHY, by=None, now=now, held_by=BY_AUDIENCE)
    if gone:
        stop(Enrollment.objects.filter(pk__in=gone), reason=LEFT_AUDIENCE, why=WHY, by=None, now=now)


def _rules() -> dict[int, tuple[frozenset[int], str]]:
    """The versions in use that care: their audiences, and what leaving does."""
    listening = AutomationVersion.objects.filter(in_use=True, awaited_kinds__contains=[LEFT])
    found = {}
    for pk, (_, definition) in definitions(listening.values_list("pk", flat=True)).items():
        audiences = frozenset(
            one.audience for one in definition.triggers if isinstance(one, AudienceJoined) and one.audience
        )
        if audiences and definition.rules.leaving_audience != "stay":
            found[pk] = (audiences, str(definition.rules.leaving_audience))
    return found
