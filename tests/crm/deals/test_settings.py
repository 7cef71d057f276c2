"""Setting up pipelines, reasons and products; nothing is lost with a stage that goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from crm.deals import pipelines as verbs
from crm.deals.pipelines import BadPipeline, StageValues
from crm.models import CloseReason, Deal, Event, Pipeline, Product, Stage, User
from tests.crm.deals.given import deal, reason, stage
from tests.factories import NOW
from tests.people import People

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def sales() -> Pipeline:
    return Pipeline.objects.get(name="Sales")


def in_use() -> list[str]:
    return list(sales().stages.filter(archived_at=None).order_by("position").values_list("name", flat=True))


def one(name: str) -> object:
    return Stage.objects.filter(pipeline__name="Sales", name=name)


def test_a_new_open_stage_comes_before_the_ends() -> None:
    verbs.add_stage(sales(), StageValues("Visa applied for", "open", 90, 14))
    assert in_use()[-3:] == ["Visa applied for", "Won", "Lost"]


def test_a_won_stage_is_certain_whatever_is_typed() -> None:
    made = verbs.add_stage(sales(), StageValues("Won big", "won", 10, 3))
    assert (made.probability, made.rotting_days) == (100, None)


@pytest.mark.parametrize(
    "values",
    [
        StageValues(""),
        StageValues("x" * 81),
        StageValues("a\0"),
        StageValues("New"),
        StageValues("Far", "sideways"),
        StageValues("Far", "open", 101),
        StageValues("Far", "open", 5, 0),
    ],
)
def test_what_no_stage_can_be_is_said(values: StageValues) -> None:
    with pytest.raises(BadPipeline):
        verbs.add_stage(sales(), values)


def test_a_stage_moves_up_and_down_and_stops_at_the_ends() -> None:
    verbs.shift_stage(one("Qualified"), by=-1)  # type: ignore[arg-type]  # a set of stages
    assert in_use()[:3] == ["New", "Qualified", "Contacted"]
    verbs.shift_stage(one("New"), by=-1)  # type: ignore[arg-type]
    assert in_use()[0] == "New"


def test_a_stage_in_which_deals_stand_goes_only_with_a_place_for_them(people: People) -> None:
    here = deal(at="Qualified")
    ended = deal("Ended", at="Won")
    with pytest.raises(BadPipeline, match="1 open deals stand"):
        verbs.archive_stage(one("Qualified"), to=None, by=people.ada, now=NOW)  # type: ignore[arg-type]
    with pytest.raises(BadPipeline):
        verbs.archive_stage(one("Qualified"), to=stage("Won"), by=people.ada, now=NOW)  # type: ignore[arg-type]
    moved = verbs.archive_stage(one("Qualified"), to=stage("Contacted"), by=people.ada, now=NOW)  # type: ignore[arg-type]
    here.refresh_from_db()
    assert (moved, here.stage.name) == (1, "Contacted")
    assert Event.objects.filter(kind="deal_stage_changed").count() == 1
    assert Deal.objects.get(pk=ended.pk).stage.name == "Won"
    assert "Qualified" not in in_use()


def test_the_last_stage_of_its_kind_stays(people: People) -> None:
    with pytest.raises(BadPipeline, match="at least one"):
        verbs.archive_stage(one("Lost"), to=None, by=people.ada, now=NOW)  # type: ignore[arg-type]


def test_a_stage_is_used_again_unless_its_name_was_given_away(people: People) -> None:
    verbs.archive_stage(one("Qualified"), to=None, by=people.ada, now=NOW)  # type: ignore[arg-type]
    verbs.bring_back_stage(one("Qualified"))  # type: ignore[arg-type]
    assert "Qualified" in in_use()
    verbs.archive_stage(one("Qualified"), to=None, by=people.ada, now=NOW)  # type: ignore[arg-type]
    old = Stage.objects.get(name="Qualified")
    verbs.add_stage(sales(), StageValues("Qualified"))
    with pytest.raises(BadPipeline, match="has its name"):
        verbs.bring_back_stage(Stage.objects.filter(pk=old.pk))


def test_a_pipeline_begins_with_a_way_in_and_two_ways_out() -> None:
    made = verbs.make_pipeline("Courses")
    assert [one.kind for one in made.stages.order_by("position")] == ["open", "won", "lost"]
    with pytest.raises(BadPipeline):
        verbs.make_pipeline("Courses")


def test_a_pipeline_with_open_deals_stays_in_use() -> None:
    deal(at="Won")
    here = deal()
    with pytest.raises(BadPipeline, match="1 open deal stands"):
        verbs.archive_pipelines(Pipeline.objects.filter(pk=here.pipeline_id), now=NOW)
    Deal.objects.filter(pk=here.pk).delete()
    assert verbs.archive_pipelines(Pipeline.objects.filter(name="Sales"), now=NOW) == 1
    with pytest.raises(BadPipeline, match="only pipeline"):
        verbs.archive_pipelines(Pipeline.objects.filter(name="Clinic intake"), now=NOW)


def test_a_reason_that_deals_have_is_put_away_and_stays_with_them() -> None:
    one = deal(at="Lost", close_reason_id=reason().pk)
    verbs.archive_reasons([reason().pk], now=NOW)
    assert Deal.objects.get(pk=one.pk).close_reason == reason()
    assert verbs.add_reason(kind="lost", label="No budget").pk == reason().pk
    with pytest.raises(BadPipeline):
        verbs.archive_reasons(list(CloseReason.objects.values_list("pk", flat=True)), now=NOW)


def test_the_pages_do_all_this_without_scripts(people: People, as_: SignIn) -> None:
    client, line = as_(people.ada), sales()
    deal(at="Qualified")
    home, qualified = "/settings/pipelines/", stage("Qualified")
    assert client.get(home).status_code == 200
    client.post(f"{home}new/", {"name": "Courses"})
    client.post(f"{home}{line.pk}/", {"name": "Sales abroad"})
    client.post(f"{home}{line.pk}/stages/new/", {"name": "Visa applied for", "kind": "open", "probability": 90})
    client.post(f"{home}{line.pk}/stages/{qualified.pk}/", {"name": "Fits us", "probability": 40, "rotting_days": ""})
    client.post(f"{home}{line.pk}/stages/{qualified.pk}/shift/", {"way": "up"})
    asked = client.post(f"{home}{line.pk}/stages/{qualified.pk}/archive/")
    assert asked.status_code == 422
    client.post(f"{home}{line.pk}/stages/{qualified.pk}/archive/", {"to": stage("New", "Sales abroad").pk})
    assert Deal.objects.get().stage.name == "New"
    client.post("/settings/reasons/new/lost/", {"label": "Moved away"})
    client.post(f"/settings/reasons/{CloseReason.objects.get(label='Moved away').pk}/archive/")
    assert CloseReason.objects.get(label="Moved away").archived_at
    assert Pipeline.objects.filter(name__in=["Courses", "Sales abroad"]).count() == 2
    assert "Fits us" in client.get(home).content.decode()
    assert client.get(f"{home}{line.pk}/stages/{2**70}/").status_code == 404


def test_a_refused_pipeline_keeps_what_was_typed(people: People, as_: SignIn) -> None:
    answer = as_(people.ada).post("/settings/pipelines/new/", {"name": "Sales"})
    assert answer.status_code == 422
    assert "There is a pipeline “Sales” already." in answer.content.decode()


def test_products_are_kept_with_a_price(people: People, as_: SignIn) -> None:
    client = as_(people.ada)
    client.post("/settings/products/new/", {"name": "Student visa", "price": "1,450", "currency": "EUR"})
    product = Product.objects.get()
    assert f"{product.price:f}" == "1450.000"
    again = client.post("/settings/products/new/", {"name": "Student visa"})
    wrong = client.post("/settings/products/new/", {"name": "Two", "price": "much", "currency": "EUR"})
    assert (again.status_code, wrong.status_code) == (422, 422)
    client.post(f"/settings/products/{product.pk}/archive/")
    assert Product.objects.get().archived_at
    assert "Student visa" in client.get("/settings/products/").content.decode()
