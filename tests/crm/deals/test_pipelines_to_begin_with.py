"""What a new installation finds: two pipelines, their stages, and reasons."""

import pytest

from crm.models import CloseReason, Pipeline, Stage

pytestmark = pytest.mark.django_db


def test_a_new_installation_has_two_pipelines_with_their_stages() -> None:
    assert list(Pipeline.objects.values_list("name", flat=True)) == ["Sales", "Clinic intake"]
    assert list(Stage.objects.filter(pipeline__name="Sales").values_list("name", flat=True)) == [
        "New",
        "Contacted",
        "Qualified",
        "Meeting held",
        "Proposal sent",
        "Negotiation",
        "Won",
        "Lost",
    ]
    assert set(CloseReason.objects.values_list("kind", flat=True)) == {"won", "lost"}


def test_every_pipeline_ends_in_one_stage_won_and_one_lost_that_never_go_quiet() -> None:
    for pipeline in Pipeline.objects.all():
        closed = pipeline.stages.exclude(kind="open")
        assert sorted(closed.values_list("kind", "probability", "rotting_days")) == [
            ("lost", 0, None),
            ("won", 100, None),
        ]
