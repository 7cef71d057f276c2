"""Reading what a rehearsal has written since the last look, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from automation.effects.messages import CAUSE
from automation.ending import LEFT as LEFT_EVENT
from automation.ending import PARKED as PARKED_EVENT
from automation.engine.graph import Graph
from automation.engine.state import STOP_REASONS
from automation.models import INSIDE, Enrollment, EnrollmentStatus, RefusedEntry, StepVisit
from automation.sandbox import timeline
from automation.sandbox.timeline import Line, Preview
from crm.event_kinds import kind_of, words
from crm.models import Event
from followups.due import Due, in_words
from followups.models import FollowUp
from messaging.models import Message, MessageStatus, WebhookCall

#: What has a line of its own already.
_SHOWN_OTHERWISE = frozenset(
    {"automation_entered", LEFT_EVENT, PARKED_EVENT, "message_sent", "message_failed", "followup_created"}
)
_STOPPED_HERE = frozenset({EnrollmentStatus.FINISHED, EnrollmentStatus.STOPPED})

_VERDICTS = {
    MessageStatus.PENDING: "held",
    MessageStatus.SCHEDULED: "held",
    MessageStatus.SENDING: "held",
    MessageStatus.SUPPRESSED: "not sent",
    MessageStatus.FAILED: "failed",
    MessageStatus.BOUNCED: "sent",
}


@dataclass(slots=True)
class Watch:
    """What was seen so far of one round. `left` says when each step was left last, `after` the last event that was told
    to the subscribers."""

    enrollment_id: int
    contact_id: int
    graph: Graph
    zone: str
    lines: list[Line] = field(default_factory=list)
    left: dict[str, datetime] = field(default_factory=dict)
    visits: int = 0
    marks: dict[str, int] = field(default_factory=dict)
    waiting: tuple[Any, ...] = ()
    previews: dict[int, Line] = field(default_factory=dict)

    def begin(self) -> None:
        """Leave out what was there before."""
        self.marks = self._newest()

    def look(self, now: datetime) -> Enrollment:
        """Note everything that is new, in the order in which people would tell it; returns the round as it is."""
        newest = self._newest()
        row = Enrollment.objects.get(pk=self.enrollment_id)
        if row.visits > self.visits:
            self._steps()
        for name, tell in (
            ("followups", self._followup), ("events", self._event), ("calls", self._call), ("notices", self._notice),
            ("others", self._other), ("refused", self._refused),
        ):  # fmt: skip
            for one in self._new(name, newest):
                if (line := tell(one, now)) is not None:
                    self.lines.append(line)
        self._messages(newest, now)
        self._standing(row, now)
        return row

    def note(self, line: Line) -> None:
        self.lines.append(line)

    def _sources(self) -> dict[str, Any]:
        mine = {"contact": self.contact_id}
        return {
            "followups": FollowUp.objects.filter(**mine).select_related("type", "assignee"),
            "events": Event.objects.filter(**mine),
            "calls": WebhookCall.objects.filter(**mine),
            "notices": Message.objects.filter(user__isnull=False, cause_kind=CAUSE, cause_id=self.enrollment_id)
            .select_related("user"),
            "others": Enrollment.objects.filter(**mine).select_related("automation"),
            "refused": RefusedEntry.objects.filter(**mine).select_related("automation"),
            "messages": Message.objects.filter(**mine, direction="out"),
        }  # fmt: skip

    def _newest(self) -> dict[str, int]:
        """The newest row of each source; one query."""
        with connection.cursor() as cursor:
            cursor.execute(_NEWEST, {"contact": self.contact_id, "enrollment": self.enrollment_id, "cause": CAUSE})
            return dict(zip(_SOURCES, cursor.fetchone(), strict=True))

    def _new(self, name: str, newest: dict[str, int]) -> list[Any]:
        since, self.marks[name] = self.marks[name], newest[name]
        if newest[name] <= since:
            return []
        return list(self._sources()[name].filter(pk__gt=since, pk__lte=newest[name]).order_by("pk"))

    def _steps(self) -> None:
        visits = StepVisit.objects.filter(enrollment=self.enrollment_id, number__gte=self.visits).order_by("number")
        for visit in visits:
            self.visits, self.left[visit.step] = visit.number + 1, visit.at
            step = self.graph.steps.get(visit.step)
            label = next((way.label for way in step.ways() if way.name == visit.way), "") if step else ""
            self.lines.append(
                Line(
                    visit.at, timeline.STEP, step.title if step else visit.kind, visit.why,
                    icon=step.icon if step else "circle", step=visit.step, way=visit.way, way_label=label, data=visit.data,
                )
            )  # fmt: skip

    def _followup(self, one: FollowUp, now: datetime) -> Line:
        due = in_words(Due(on=one.due_on, at=one.due_at), self.zone)
        who = one.assignee.name if one.assignee else "nobody"
        said = f"{one.type.name} for {who}, due {due}. {one.assigned_because}".strip()
        data = {"subject": one.subject, "type": one.type.slug, "assignee_id": one.assignee_id, "priority": one.priority}
        return Line(now, timeline.FOLLOWUP, one.subject, said, icon="list-plus", data=data)

    def _event(self, one: Event, now: datetime) -> Line | None:
        if one.kind in _SHOWN_OTHERWISE:
            return None
        ours = one.data.get("automation_id") == self.graph.automation_id
        kind = timeline.CHANGE if ours else timeline.HAPPENS
        return Line(
            now, kind, words(one.kind, one.data), icon=kind_of(one.kind).icon, data={"event": one.kind, "id": one.pk}
        )

    def _call(self, one: WebhookCall, now: datetime) -> Line:
        return Line(
            now, timeline.WEBHOOK, f"A webhook to {one.host or one.url}", one.last_error, icon="webhook", data=one.body
        )

    def _notice(self, one: Message, now: datetime) -> Line:
        who = one.user.name if one.user else "a colleague"
        return Line(
            now, timeline.NOTICE, f"{who} is told: {one.subject}", f"By {one.get_channel_display()}.", icon="bell"
        )

    def _other(self, one: Enrollment, now: datetime) -> Line | None:
        if one.pk == self.enrollment_id:
            return None
        said = "They would go through it at the same time; it is not rehearsed here."
        return Line(now, timeline.OTHER, f"“{one.automation.name}” starts for them", said, icon="workflow")

    def _refused(self, one: RefusedEntry, now: datetime) -> Line:
        return Line(
            now, timeline.OTHER, f"“{one.automation.name}” does not start for them", one.reason, icon="workflow"
        )

    def _messages(self, newest: dict[str, int], now: datetime) -> None:
        """A message has one line, which moves to the moment when it leaves or is given up."""
        for one in self._new("messages", newest):
            line = Line(one.created_at, timeline.MESSAGE, "", icon="mail", data={"message": one.pk})
            self.previews[one.pk] = line
            self.lines.append(line)
        open_ones = [pk for pk, line in self.previews.items() if line.preview is None or line.preview.verdict == "held"]
        for one in Message.objects.filter(pk__in=open_ones).select_related("body") if open_ones else ():
            self._draw(self.previews[one.pk], one, now)

    def _draw(self, line: Line, one: Message, now: datetime) -> None:
        before = line.preview.why if line.preview is not None else ""
        body = getattr(one, "body", None)
        verdict = _VERDICTS.get(MessageStatus(one.status), "sent")
        leaves = one.sent_at or (one.send_after if verdict == "held" else None)
        line.preview = Preview(
            one.pk, one.channel, one.to, one.subject, body.text if body else "", body.html if body else "",
            verdict, one.reason, one.created_at, leaves,
        )  # fmt: skip
        line.at, line.why = leaves or now, one.reason
        if verdict not in ("held", "sent") and before:
            line.why = f"{one.reason.rstrip('.')}. Until then: {before}"
        line.title = f"{one.get_channel_display()}: {one.subject}" if one.subject else one.get_channel_display()
        if one.cause_kind == CAUSE and one.cause_id == self.enrollment_id:
            return
        line.data = {**line.data, "other": True}

    def _standing(self, row: Enrollment, now: datetime) -> None:
        """Where they are now, where that is new."""
        standing = (row.status, row.step, row.why)
        if standing == self.waiting:
            return
        self.waiting = standing
        step = self.graph.steps.get(row.step)
        if row.status in (EnrollmentStatus.WAITING, EnrollmentStatus.AWAY):
            self.lines.append(
                Line(
                    now, timeline.WAITS, step.title if step else "Waits", row.why, icon=step.icon if step else "hourglass",
                    step=row.step, until=row.next_at,
                )
            )  # fmt: skip
        elif row.status == EnrollmentStatus.FAILED:
            self.lines.append(
                Line(now, timeline.PARKED, "Stands still, and a person has to look", row.why, "circle-alert", row.step)
            )
        elif row.status in _STOPPED_HERE:
            title = STOP_REASONS.get(row.stop_reason, "Finished")
            self.lines.append(Line(now, timeline.LEFT, title, row.why, "log-out"))
        elif row.status not in INSIDE or row.status == EnrollmentStatus.PAUSED:
            self.lines.append(Line(now, timeline.WAITS, "Paused", row.why, "pause", row.step))


_SOURCES = ("followups", "events", "calls", "notices", "others", "refused", "messages")
_NEWEST = """
SELECT
    (SELECT coalesce(max(id), 0) FROM followups_followup WHERE contact_id = %(contact)s),
    (SELECT coalesce(max(id), 0) FROM crm_event WHERE contact_id = %(contact)s),
    (SELECT coalesce(max(id), 0) FROM messaging_webhookcall WHERE contact_id = %(contact)s),
    (SELECT coalesce(max(id), 0) FROM messaging_message
        WHERE cause_kind = %(cause)s AND cause_id = %(enrollment)s AND user_id IS NOT NULL),
    (SELECT coalesce(max(id), 0) FROM automation_enrollment WHERE contact_id = %(contact)s),
    (SELECT coalesce(max(id), 0) FROM automation_refusedentry WHERE contact_id = %(contact)s),
    (SELECT coalesce(max(id), 0) FROM messaging_message WHERE contact_id = %(contact)s AND direction = 'out')
"""


def in_order(lines: list[Line]) -> Iterator[Line]:
    """By time; what happened in one moment stays as it was told."""
    yield from sorted(lines, key=lambda line: line.at)
