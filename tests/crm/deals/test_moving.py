"""A deal on its way: moved, won, lost, open again; what stands in the way; what is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.deals.moving import ReasonNeeded, lose, move, reopen, win
from crm.deals.pipelines import archive_pipelines, archive_stage
from crm.models import Deal, Event, Pipeline, Stage
from crm.undo import take_back
from tests.crm.deals.given import deal, reason, stage, these
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


def kinds() -> list[str]:
    return list(Event.objects.exclude(kind="deal_created").order_by("pk").values_list("kind", flat=True))


def test_a_move_is_one_event_and_sets_the_clock_of_the_stage(people: People) -> None:
    one = deal(contact=contact(), probability=5)
    result = move(these(one), to=stage("Qualified"), by=people.sam, now=LATER)
    one.refresh_from_db()
    assert result.done == [one.pk]
    assert (one.stage.name, one.stage_since, one.probability, one.version) == ("Qualified", LATER, None, 2)
    assert kinds() == ["deal_stage_changed"]
    event = Event.objects.get(kind="deal_stage_changed")
    assert (event.data["from_stage"], event.data["to_stage"]) == ("New", "Qualified")


def test_where_it_stands_already_nothing_happens(people: People) -> None:
    one = deal()
    assert not move(these(one), to=stage("New"), by=people.sam, now=LATER).done
    assert kinds() == []


def test_who_saw_an_older_version_is_told(people: People) -> None:
    one = deal()
    move(these(one), to=stage("Contacted"), by=people.sam, now=NOW)
    result = move(these(one), to=stage("Negotiation"), by=people.noor, now=LATER, versions={one.pk: 1})
    assert (result.done, result.stale) == ([], [one.pk])
    assert Deal.objects.get().stage.name == "Contacted"


def test_losing_asks_why(people: People) -> None:
    one = deal()
    with pytest.raises(ReasonNeeded):
        lose(these(one), reason=None, by=people.sam, now=NOW)
    with pytest.raises(ReasonNeeded):
        move(these(one), to=stage("Lost"), by=people.sam, now=NOW)
    with pytest.raises(ReasonNeeded):
        lose(these(one), reason=reason("Best fit", "won"), by=people.sam, now=NOW)
    assert Deal.objects.get().status == "open"


def test_a_lost_deal_keeps_reason_note_and_time(people: People) -> None:
    one = deal(contact=contact())
    lose(these(one), reason=reason(), note="Next year,\nperhaps\0", by=people.sam, now=LATER)
    one.refresh_from_db()
    assert (one.status, one.closed_at, one.close_reason, one.close_note) == (
        "lost",
        LATER,
        reason(),
        "Next year, perhaps",
    )
    assert kinds() == ["deal_lost"]
    assert Event.objects.get(kind="deal_lost").data["because"] == ": No budget"


def test_deals_of_two_pipelines_are_won_each_in_its_own(people: People) -> None:
    one, two = deal(), deal("Clinic", at="New enquiry", pipeline="Clinic intake")
    assert len(win(these(one, two), by=people.sam, now=NOW).done) == 2
    assert set(Deal.objects.values_list("stage__name", "status")) == {("Won", "won"), ("Started", "won")}


def test_a_deal_moves_to_another_pipeline(people: People) -> None:
    one = deal()
    move(these(one), to=stage("Assessment booked", "Clinic intake"), by=people.sam, now=NOW)
    one.refresh_from_db()
    assert one.pipeline.name == "Clinic intake"


def test_reopening_leads_back_to_the_stage_where_it_was(people: People) -> None:
    one = deal(at="Negotiation")
    lose(these(one), reason=reason(), by=people.sam, now=NOW)
    assert reopen(these(one), by=people.sam, now=LATER).done == [one.pk]
    one.refresh_from_db()
    assert (one.stage.name, one.status, one.closed_at, one.close_reason) == ("Negotiation", "open", None, None)
    assert kinds() == ["deal_lost", "deal_reopened"]


def test_a_deal_that_was_never_open_here_reopens_in_the_first_stage(people: People) -> None:
    one = deal(at="Lost", closed_at=NOW)
    reopen(these(one), by=people.sam, now=LATER)
    assert Deal.objects.get().stage.name == "New"


def test_what_is_open_does_not_open(people: People) -> None:
    one = deal()
    assert reopen(these(one), by=people.sam, now=LATER).refused == {one.pk: f"“{one.name}” is open."}


def test_a_stage_put_away_takes_nothing(people: People) -> None:
    one = deal()
    Stage.objects.filter(name="Qualified").update(archived_at=NOW)
    assert "no longer in use" in move(these(one), to=stage("Qualified"), by=people.sam, now=NOW).refused[one.pk]


def test_a_pipeline_without_an_end_says_so(people: People) -> None:
    one = deal()
    Stage.objects.filter(kind="won").update(archived_at=NOW)
    assert "no stage" in win(these(one), by=people.sam, now=NOW).refused[one.pk]


def test_taking_back_puts_stage_chance_reason_and_clock_back(people: People) -> None:
    one = deal(probability=70, contact=contact())
    result = lose(these(one), reason=reason(), note="Hm", by=people.sam, now=LATER)
    assert result.undo_id
    take_back(result.undo_id, by=people.sam, now=LATER)
    one.refresh_from_db()
    assert (one.stage.name, one.probability, one.stage_since, one.close_reason) == ("New", 70, NOW, None)
    assert kinds() == ["deal_lost", "deal_reopened"]


def test_what_somebody_changed_since_is_not_taken_back(people: People) -> None:
    one = deal()
    result = move(these(one), to=stage("Contacted"), by=people.sam, now=NOW)
    move(these(one), to=stage("Qualified"), by=people.noor, now=NOW)
    assert result.undo_id
    assert take_back(result.undo_id, by=people.sam, now=NOW).refused
    assert Deal.objects.get().stage.name == "Qualified"


def test_a_deal_of_a_pipeline_that_was_put_away_is_not_opened_again_in_it(people: People) -> None:
    one = deal()
    lose(these(one), by=people.sam, now=LATER, reason=reason())
    archive_pipelines(Pipeline.objects.filter(pk=one.pipeline_id), now=LATER)
    result = reopen(these(one), by=people.sam, now=LATER)
    one.refresh_from_db()
    assert (one.status, result.refused) == ("lost", {one.pk: "“Sales” is no longer in use."})
    assert kinds() == ["deal_lost"]


def test_a_stage_that_was_put_away_meanwhile_takes_no_deal(people: People) -> None:
    one, seen = deal(), stage("Qualified")
    archive_stage(Stage.objects.filter(pk=seen.pk), to=None, by=people.ada, now=LATER)
    result = move(these(one), to=seen, by=people.sam, now=LATER)
    assert result.refused == {one.pk: "The stage “Qualified” is no longer in use."}
    assert kinds() == []
