"""Which event lets in by which trigger. Without a database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from automation.definition.whole import AnyTrigger
from automation.engine.events import Seen
from automation.engine.state import About
from automation.triggers.changes import changes_of, is_value, together
from automation.triggers.listening import Listener, Listeners
from automation.triggers.registry import KINDS
from automation.triggers.timed import Timed
from tests.factories import NOW

READ: TypeAdapter[Any] = TypeAdapter(AnyTrigger)


def trigger(kind: str, **fields: Any) -> Any:
    return READ.validate_python({"kind": kind, **fields})


def event(kind: str, *, two_way: bool = False, subject: tuple[str, int] = ("", 0), **data: Any) -> Seen:
    return Seen(1, kind, NOW, subject_kind=subject[0], subject_id=subject[1] or None, two_way=two_way, data=data)


LIFE = event("lifecycle_changed", **{"from": "new", "to": "client"})
FILE = event("contact_changed", changes={"lifecycle": ["new", "client"], "city": ["", "Cebu"]})
OWN = event("contact_changed", changes={"custom": [{"visa": "none", "a": 1}, {"visa": "Student", "a": 1}]})

LETS_IN = [
    (trigger("contact_created"), event("contact_created")),
    (trigger("contact_created", source="Fair"), event("contact_created", source="fair")),
    (trigger("contact_created", imported=True), event("contact_imported")),
    (trigger("contact_updated"), OWN),
    (trigger("contact_updated"), event("owner_changed", from_id=1, to_id=2)),
    (trigger("field_changed", field="city"), FILE),
    (trigger("field_changed", field="city", was="nothing", becomes="cebu"), FILE),
    (trigger("field_changed", field="custom.visa", becomes="student"), OWN),
    (trigger("field_changed", field="owner_id"), event("owner_changed", from_id=1, to_id=None)),
    (trigger("field_changed", field="team_id"), event("owner_changed", from_id=1, to_id=2, team=True)),
    (trigger("field_changed", field="lifecycle", becomes="client"), LIFE),
    (trigger("lifecycle_changed", becomes="client"), LIFE),
    (trigger("lifecycle_changed", was="new"), FILE),
    (trigger("tag_added", tag=5), event("tag_added", tag_id=5)),
    (trigger("tag_added", tag=5), event("contact_created", tag_ids=[4, 5])),
    (trigger("tag_removed", tag=5), event("tag_removed", tag_id=5)),
    (trigger("audience_joined", audience=5), event("audience_joined", audience_id=5, filling=False)),
    (trigger("audience_joined", audience=5, filling=True), event("audience_joined", audience_id=5, filling=True)),
    (trigger("audience_left", audience=5), event("audience_left", audience_id=5, filling=False)),
    (trigger("deal_stage_changed", stage=5), event("deal_stage_changed", stage_id=5)),
    (trigger("deal_stage_changed", stage=5), event("deal_created", stage_id=5)),
    (trigger("deal_stage_changed", stage=5), event("deal_won", stage_id=5)),
    (trigger("deal_stage_changed", pipeline=1), event("deal_stage_changed", stage_id=5, pipeline_id=1)),
    (trigger("deal_won"), event("deal_won")),
    (trigger("deal_lost", reason="price"), event("deal_lost", reason="Price")),
    (trigger("followup_completed"), event("followup_completed", type="call", outcome="spoke")),
    (trigger("followup_completed", type="call", outcome="spoke"), event("followup_completed", type="call", outcome="spoke")),
    (trigger("followup_missed", type="call"), event("followup_missed", type="call")),
    (trigger("invoice_issued"), event("invoice_issued")),
    (trigger("invoice_overdue"), event("invoice_overdue")),
    (trigger("document_requested", document=5), event("document_requested", kind_id=5)),
    (trigger("document_received"), event("document_received", kind_id=5)),
    (trigger("document_expiring"), event("document_expiring")),
    (trigger("message_opened", template=5), event("message_opened", template_id=5)),
    (trigger("message_clicked", link="/prices"), event("message_clicked", url="https://x.org/Prices?a=1")),
    (trigger("message_replied"), event("message_received", two_way=True, channel_slug="sms")),
    (trigger("form_submitted", form="Guide"), event("form_submitted", name="guide")),
    (trigger("order_placed"), event("order_placed")),
    (trigger("order_paid", item="Course A"), event("order_paid", product="course a")),
    (trigger("order_abandoned"), event("order_abandoned")),
    (trigger("class_enrolled", item="Yoga"), event("class_enrolled", **{"class": "Yoga"})),
    (trigger("class_attended"), event("class_attended")),
    (trigger("class_missed", item="Yoga"), event("class_missed", course="Yoga")),
    (trigger("custom_event", event="custom.ping"), event("custom.ping")),
    (trigger("custom_event", event="reply"), event("call_logged", two_way=True)),
    (trigger("custom_event", event="custom.ping", name="plan", value="pro"), event("custom.ping", plan="Pro")),
    (trigger("custom_event", event="custom.ping", name="plan"), event("custom.ping", plan="Pro")),
]  # fmt: skip

KEEPS_OUT = [
    (trigger("contact_created"), event("contact_imported")),
    (trigger("contact_updated"), event("contact_changed", undone=True, changes={"city": ["", "Cebu"]})),
    (trigger("contact_updated"), event("contact_changed", changes={})),
    (trigger("field_changed", field="city", becomes="Manila"), FILE),
    (trigger("field_changed", field="custom.a"), OWN),
    (trigger("field_changed", field="owner_id"), event("owner_changed", from_id=1, to_id=2, team=True)),
    (trigger("field_changed", field=""), FILE),
    (trigger("lifecycle_changed", was="lost"), LIFE),
    (trigger("tag_added", tag=5), event("tag_added", tag_id=6)),
    (trigger("tag_added", tag=5), event("contact_created")),
    (trigger("tag_added"), event("tag_added", tag_id=6)),
    (trigger("audience_joined", audience=5), event("audience_joined", audience_id=5, filling=True)),
    (trigger("audience_left", audience=5), event("audience_left", audience_id=5, filling=True)),
    (trigger("deal_stage_changed"), event("deal_created", stage_id=5)),
    (trigger("deal_won", pipeline=1), event("deal_won", pipeline_id=2)),
    (trigger("deal_lost", reason="price"), event("deal_lost", reason="Too far")),
    (trigger("followup_completed", outcome="spoke"), event("followup_completed", type="call", outcome="no_answer")),
    (trigger("followup_missed", type="call"), event("followup_missed", type="meeting")),
    (trigger("message_replied"), event("message_received", two_way=False)),
    (trigger("message_replied", channel="email"), event("message_received", two_way=True, channel_slug="sms")),
    (trigger("message_opened", template=5), event("message_opened", template_id=None)),
    (trigger("form_submitted", form="Guide"), event("form_submitted", name="prices")),
    (trigger("order_paid", item="Course A"), event("order_paid")),
    (trigger("custom_event"), event("custom.ping")),
    (trigger("custom_event", event="reply"), event("call_logged")),
    (trigger("custom_event", event="custom.ping", name="plan", value="pro"), event("custom.ping")),
    (trigger("custom_event", event="custom.ping", name="plan"), event("custom.ping", plan="")),
    (trigger("document_received", document=5), event("document_received", kind_id=None)),
]


@pytest.mark.parametrize(
    ("one", "seen"), LETS_IN, ids=[f"{one.kind}-{number}" for number, (one, _) in enumerate(LETS_IN)]
)
def test_the_event_lets_in(one: Any, seen: Seen) -> None:
    assert seen.kind in one.kinds()
    assert one.matches(seen)
    assert [found.trigger for found in Listeners([Listener(1, 1, one)]).asked(seen)] == [one]


@pytest.mark.parametrize(("one", "seen"), KEEPS_OUT)
def test_the_event_keeps_out(one: Any, seen: Seen) -> None:
    assert not one.matches(seen)
    assert not list(Listeners([Listener(1, 1, one)]).asked(seen))


def test_every_kind_that_answers_events_is_tried_above() -> None:
    tried = {one.kind for one, _ in LETS_IN}
    untimed = {kind for kind, model in KINDS.items() if not issubclass(model, Timed)}
    assert untimed - tried == {"manual", "api"}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_name_a_picture_and_forms_in_words(kind: str) -> None:
    model = KINDS[kind]
    icons = Path("static/icons.txt").read_text().split()
    assert model.title
    assert model.icon in icons
    assert model.group in {"contact", "record", "message", "outside", "time", "hand"}
    assert all(info.title for name, info in model.model_fields.items() if name != "kind")
    blank = trigger(kind)
    assert isinstance(blank.words(), str)
    assert blank.lacks().keys() <= model.model_fields.keys()


@pytest.mark.parametrize("record", ["deal", "invoice", "document", "followup"])
def test_an_event_of_a_record_is_about_that_record(record: str) -> None:
    assert trigger("custom_event", event="x").about(event("x", subject=(record, 7))) == About(record, 7)
    assert trigger("custom_event", event="x").about(event("x", subject=("tag", 7))) is None


def test_the_keys_find_the_same_as_asking_everybody() -> None:
    triggers = [Listener(number, number, one) for number, (one, _) in enumerate(LETS_IN)]
    listeners = Listeners(triggers)
    for seen in [seen for _, seen in (*LETS_IN, *KEEPS_OUT)]:
        found = sorted(one.automation_id for one in listeners.asked(seen))
        assert found == [one.automation_id for one in triggers if one.trigger.matches(seen)]


def test_no_event_is_passed_over_at_a_glance_that_lets_somebody_in() -> None:
    for one, seen in LETS_IN:
        alone = Listeners([Listener(1, 1, one)])
        assert alone.may_answer(seen)
        assert (seen.kind in alone.by_what_they_name) is (one.key() is not None)
    any_form, guide = trigger("form_submitted"), trigger("form_submitted", form="Guide")
    assert not Listeners([Listener(1, 1, guide), Listener(2, 2, any_form)]).by_what_they_name


def test_what_changes_together_is_one_change_from_first_to_last() -> None:
    first = event("contact_changed", changes={"city": ["A", "B"], "custom": [{"x": 1}, {"x": 2}]})
    second = event("contact_changed", changes={"city": ["B", "C"], "custom": [{"x": 2}, {"x": 1}]})
    third = event("lifecycle_changed", **{"from": "new", "to": "client", "to_label": "Client"})
    one = together([first, second, third])
    assert one is not None
    assert changes_of(one) == {"city": ("A", "C"), "lifecycle": ("new", "client")}
    assert one.data["to_label"] == "Client"
    back = event("contact_changed", changes={"city": ["C", "A"]})
    assert together([first, second, back]) is None


@pytest.mark.parametrize(
    ("value", "said", "fits"),
    [
        ("Cebu", "", True), ("Cebu", "cebu", True), ("Cebu", "nothing", False), ("", "Nothing", True), (None, "nothing", True),
        (None, "None", False), (True, "yes", True), (False, "yes", False), (5, "5.0", True), (1200, "1,200", True),
        (5, "five", False), (["a", "b"], "B", True), ([], "b", False), (0, "nothing", False),
    ],
)  # fmt: skip
def test_values_are_compared_as_people_write_them(value: Any, said: str, fits: bool) -> None:
    assert is_value(value, said) is fits


def test_time_alone_sets_off_no_event_trigger() -> None:
    assert all(
        not KINDS[kind].model_construct(kind=kind).kinds() for kind in ("date_field", "schedule", "manual", "api")
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_documented(kind: str) -> None:
    assert f"`{kind}`" in Path("docs/automation-triggers.md").read_text()
