"""Which stage of a pipeline a word of another program means. Nothing is stored here."""

from __future__ import annotations

from collections.abc import Sequence

from crm.importing.records.near import nearest, squeezed
from crm.models import Stage
from crm.models.deal import StageKind

#: Words for the end of a deal, and for its first stage, squeezed.
_WON = frozenset(
    "won closedwon closewon dealwon wonclosed success successful sold gewonnen gagne ganado vinto ganho выиграно converted".split()
)
_LOST = frozenset(
    "lost closedlost closelost deallost lostclosed closedlosttocompetition abandoned cancelled verloren perdu perdido perso проиграно dead".split()
)
_FIRST = frozenset(
    "prospecting prospect new newlead lead leadin open identified enquiry inquiry newenquiry appointmentscheduled neu nouveau nuevo".split()
)


def stages_in_use() -> list[Stage]:
    """Every stage that deals can be put into, pipeline after pipeline in their order."""
    return list(
        Stage.objects.filter(archived_at__isnull=True, pipeline__archived_at__isnull=True)
        .select_related("pipeline")
        .order_by("pipeline__position", "pipeline__name", "position", "pk")
    )


def stage_for(word: str, stages: Sequence[Stage]) -> Stage | None:
    """The stage that the word means among those of one pipeline: by its name, as won or lost, as the first, or nearly."""
    name = squeezed(word)
    by_name = {squeezed(stage.name): stage for stage in reversed(stages)}
    if name in by_name:
        return by_name[name]
    for words, kind in ((_WON, StageKind.WON), (_LOST, StageKind.LOST), (_FIRST, StageKind.OPEN)):
        if name in words:
            return next((stage for stage in stages if stage.kind == kind), None)
    return nearest(word, by_name)


def guess_stages(words: Sequence[str]) -> dict[str, str]:
    """For each word of a file, the id of the stage it probably means in the first pipeline that knows it, or ""."""
    pipelines: dict[int, list[Stage]] = {}
    for stage in stages_in_use():
        pipelines.setdefault(stage.pipeline_id, []).append(stage)
    first = next(iter(pipelines.values()), [])
    every = {squeezed(stage.name): stage for stages in list(pipelines.values())[::-1] for stage in reversed(stages)}
    meant = {word: stage_for(word, first) or every.get(squeezed(word)) for word in words}
    return {word: str(stage.pk) if stage else "" for word, stage in meant.items()}


def stage_choices() -> list[tuple[str, str]]:
    """What a word can be mapped to."""
    return [("", "Refuse its rows"), *((str(one.pk), f"{one.pipeline.name}: {one.name}") for one in stages_in_use())]
