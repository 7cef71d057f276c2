"""Setting up pipelines: stages that are added, renamed, ordered and put away, and reasons for the end of a deal.

A stage in which deals stand is put away only when it is said where they go; nothing is ever lost with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from crm.audiences.noticing import note_contacts
from crm.contact_fields import BadValue, clean_text
from crm.deals.moving import move
from crm.models import CloseReason, Deal, Pipeline, Stage, User
from crm.models.deal import StageKind


class BadPipeline(ValueError):
    """Something that a pipeline cannot be; `field` says where, the text is a sentence."""

    def __init__(self, text: str, field: str = "") -> None:
        super().__init__(text)
        self.field = field


@dataclass(frozen=True, slots=True)
class StageValues:
    """A stage as it is typed. A won stage is certain and a lost one hopeless; neither goes quiet."""

    name: str
    kind: str = "open"
    probability: int = 0
    rotting_days: int | None = None

    def columns(self) -> dict[str, Any]:
        """Return what is stored. Raises BadPipeline."""
        name = _name(self.name, "A stage")
        if self.kind not in StageKind.values:
            raise BadPipeline("A stage is for open, won or lost deals.", "kind")
        if self.kind != StageKind.OPEN:
            return {
                "name": name,
                "kind": self.kind,
                "probability": 100 if self.kind == StageKind.WON else 0,
                "rotting_days": None,
            }
        if not 0 <= self.probability <= 100:
            raise BadPipeline("The chance is between 0 and 100 per cent.", "probability")
        if self.rotting_days is not None and not 1 <= self.rotting_days <= 3650:
            raise BadPipeline("Between 1 and 3,650 days, or empty for never.", "rotting_days")
        return {
            "name": name,
            "kind": self.kind,
            "probability": self.probability,
            "rotting_days": self.rotting_days,
        }


def _name(text: str, what: str) -> str:
    try:
        name = clean_text("The name", 80)(text, "")
    except BadValue as problem:
        raise BadPipeline(str(problem), "name") from None
    if not name:
        raise BadPipeline(f"{what} needs a name.", "name")
    return name


def make_pipeline(name: str) -> Pipeline:
    """Make a pipeline with a first stage and its two ends. Raises BadPipeline."""
    name = _name(name, "A pipeline")
    try:
        with transaction.atomic():
            last = Pipeline.objects.aggregate(last=Max("position"))["last"] or 0
            pipeline = Pipeline.objects.create(name=name, position=last + 1)
            first = (StageValues("New", "open", 10, 7), StageValues("Won", "won"), StageValues("Lost", "lost"))
            Stage.objects.bulk_create(
                Stage(pipeline=pipeline, position=at, **stage.columns()) for at, stage in enumerate(first)
            )
    except IntegrityError:
        raise BadPipeline(f"There is a pipeline “{name}” already.", "name") from None
    return pipeline


def rename_pipeline(pipelines: QuerySet[Pipeline], *, name: str) -> None:
    """Give the one pipeline in the set another name. Raises BadPipeline."""
    name = _name(name, "A pipeline")
    try:
        with transaction.atomic():
            pipelines.update(name=name)
    except IntegrityError:
        raise BadPipeline(f"There is a pipeline “{name}” already.", "name") from None


def archive_pipelines(pipelines: QuerySet[Pipeline], *, now: datetime) -> int:
    """Put pipelines away. Raises BadPipeline while open deals stand in one, and for the last one in use."""
    with transaction.atomic():
        ids = list(pipelines.filter(archived_at__isnull=True).select_for_update().values_list("pk", flat=True))
        standing = Deal.objects.open().filter(pipeline__in=ids).count()
        if standing:
            raise BadPipeline(
                f"{standing:,} open {'deal stands' if standing == 1 else 'deals stand'} in it. Move them or end them first."
            )
        if not Pipeline.objects.filter(archived_at__isnull=True).exclude(pk__in=ids).exists():
            raise BadPipeline("It is the only pipeline in use.")
        return Pipeline.objects.filter(pk__in=ids).update(archived_at=now)


def bring_back_pipelines(pipelines: QuerySet[Pipeline]) -> int:
    return pipelines.update(archived_at=None)


def add_stage(pipeline: Pipeline, values: StageValues) -> Stage:
    """Add a stage: an open one before the ends, an end at the end. Raises BadPipeline."""
    columns = values.columns()
    try:
        with transaction.atomic():
            stages = list(pipeline.stages.select_for_update().order_by("position", "pk"))
            before = [one for one in stages if one.kind == StageKind.OPEN or values.kind != StageKind.OPEN]
            made = Stage.objects.create(pipeline=pipeline, position=len(stages), **columns)
            rest = [one for one in stages if one not in before]
            _number([*(one.pk for one in before), made.pk, *(one.pk for one in rest)])
    except IntegrityError:
        raise BadPipeline(f"This pipeline has a stage “{columns['name']}” already.", "name") from None
    return made


def change_stage(stages: QuerySet[Stage], values: StageValues, *, now: datetime) -> None:
    """Change the one stage in the set; its kind stays, for the deals in it. Raises BadPipeline."""
    try:
        with transaction.atomic():
            stage = stages.select_for_update(of=("self",)).get()
            columns = StageValues(values.name, stage.kind, values.probability, values.rotting_days).columns()
            Stage.objects.filter(pk=stage.pk).update(**columns)
            if (stage.probability, stage.rotting_days) != (columns["probability"], columns["rotting_days"]):
                # How sure and how quiet its deals are changes with it, and no event of theirs says so.
                theirs = Deal.objects.filter(stage=stage, contact__isnull=False)
                note_contacts(theirs.values_list("contact_id", flat=True).distinct(), now=now)
    except IntegrityError:
        raise BadPipeline(f"This pipeline has a stage “{values.name.strip()}” already.", "name") from None


def shift_stage(stages: QuerySet[Stage], *, by: int) -> None:
    """Move the one stage in the set up (-1) or down (1) among the stages of its pipeline."""
    with transaction.atomic():
        stage = stages.get()
        used = Stage.objects.filter(pipeline=stage.pipeline_id).select_for_update()
        order = list(used.order_by("archived_at", "position", "pk").values_list("pk", "archived_at"))
        ids = [pk for pk, archived in order if archived is None]
        if stage.pk not in ids:
            return
        place = ids.index(stage.pk)
        ids.remove(stage.pk)
        ids.insert(max(0, min(len(ids), place + by)), stage.pk)
        _number([*ids, *(pk for pk, archived in order if archived is not None)])


def _number(ids: Sequence[int]) -> None:
    for position, pk in enumerate(ids):
        Stage.objects.filter(pk=pk).exclude(position=position).update(position=position)


def archive_stage(stages: QuerySet[Stage], *, to: Stage | None, by: User | None, now: datetime) -> int:
    """Put the one stage in the set away, moving its open deals to another; returns how many moved.

    Deals that ended in it stay with it. Raises BadPipeline where deals stand in it and it is not said where they go,
    and for the last stage of its kind.
    """
    with transaction.atomic():
        stage = stages.select_for_update(of=("self",)).get()
        rest = Stage.objects.filter(pipeline=stage.pipeline_id, kind=stage.kind, archived_at__isnull=True)
        if not rest.exclude(pk=stage.pk).exists():
            raise BadPipeline(f"A pipeline needs at least one stage for deals that are {stage.kind}.")
        moved = 0
        standing = Deal.objects.open().filter(stage=stage)
        if standing.exists():
            if to is None or to.pk == stage.pk or to.kind != StageKind.OPEN or to.archived_at is not None:
                raise BadPipeline(
                    f"{standing.count():,} open deals stand in “{stage.name}”. Say to which open stage they go.", "to"
                )
            while done := move(standing, to=to, by=by, now=now).done:
                moved += len(done)
        Stage.objects.filter(pk=stage.pk).update(archived_at=now)
    return moved


def bring_back_stage(stages: QuerySet[Stage]) -> None:
    """Use a stage again. Raises BadPipeline where another has its name now."""
    try:
        with transaction.atomic():
            stages.update(archived_at=None)
    except IntegrityError:
        raise BadPipeline("Another stage of this pipeline has its name now. Rename that one first.") from None


def add_reason(*, kind: str, label: str) -> CloseReason:
    """Add a reason for deals that are won or lost; one that was put away is used again. Raises BadPipeline."""
    label = _name(label, "A reason")
    if kind not in (StageKind.WON, StageKind.LOST):
        raise BadPipeline("A reason is for won or for lost deals.", "kind")
    last = CloseReason.objects.filter(kind=kind).aggregate(last=Max("position"))["last"]
    reason, made = CloseReason.objects.get_or_create(
        kind=kind, label=label, defaults={"position": 0 if last is None else last + 1}
    )
    if not made:
        if reason.archived_at is None:
            raise BadPipeline(f"There is a reason “{label}” already.", "label")
        CloseReason.objects.filter(pk=reason.pk).update(archived_at=None)
    return reason


def change_reason(pk: int, *, label: str) -> None:
    """Reword a reason; deals that ended with it show the new words. Raises BadPipeline."""
    label = _name(label, "A reason")
    try:
        with transaction.atomic():
            CloseReason.objects.filter(pk=pk).update(label=label)
    except IntegrityError:
        raise BadPipeline(f"There is a reason “{label}” already.", "label") from None


def archive_reasons(ids: Sequence[int], *, now: datetime) -> int:
    """Put reasons away; deals keep them. Raises BadPipeline for the last reason of lost deals: they need one."""
    left = CloseReason.objects.filter(kind=StageKind.LOST, archived_at__isnull=True).exclude(pk__in=ids)
    if not left.exists():
        raise BadPipeline("Lost deals need a reason, and this is the last one.")
    return CloseReason.objects.filter(pk__in=ids, archived_at__isnull=True).update(archived_at=now)


def standing_in(pipelines: Sequence[Pipeline]) -> Mapping[int, int]:
    """How many open deals stand in each stage of the pipelines."""
    from django.db.models import Count

    rows = Deal.objects.open().filter(pipeline__in=pipelines).order_by().values_list("stage").annotate(n=Count("pk"))
    return dict(rows)
