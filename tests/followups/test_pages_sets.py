"""The pages of sets: keeping them, using them, and what a record's page shows of its follow-ups."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from crm.dispatching import dispatch_pending
from crm.models import User
from followups import transitions as do
from followups.models import FollowUp, FollowUpSet, FollowUpTemplate
from tests.crm.deals.given import deal, stage
from tests.crm.invoices.making import invoice
from tests.factories import NOW, contact, contacts, followup
from tests.followups.happening import a_set, document, open_of, template
from tests.followups.pages import queries, text
from tests.people import People

pytestmark = pytest.mark.usefixtures("at_now")
As = Callable[[User], Client]


def lines(*some: tuple[Any, ...], was: int = 0) -> dict[str, Any]:
    """The lines of the form as a browser sends them: (template, days, priority, id)."""
    sent: dict[str, Any] = {"items-TOTAL_FORMS": len(some), "items-INITIAL_FORMS": was}
    for place, line in enumerate(some):
        for name, value in zip(("template", "days", "priority", "id"), line, strict=False):
            sent[f"items-{place}-{name}"] = value.pk if isinstance(value, FollowUpTemplate) else value
    return sent


def test_a_set_is_made_changed_and_put_away(people: People, as_: As) -> None:
    ada, ring, write = as_(people.ada), template("Ring"), template("Write")
    sent = {"name": "After a visit", "occasion": "by_hand"} | lines((ring, 2, "high"), ("", "", ""))
    assert ada.post("/settings/sets/new/", sent).status_code == 302
    made = FollowUpSet.objects.get(name="After a visit")
    item = made.items.get()
    assert (item.template, item.days, item.priority) == (ring, 2, "high")

    sent = {"name": "After a visit", "occasion": "stage_entered", "stage": stage("Qualified").pk}
    sent |= lines((ring, 7, "", item.pk), (write, 1, ""), was=1)
    assert ada.post(f"/settings/sets/{made.pk}/", sent).status_code == 302
    made.refresh_from_db()
    assert made.stage == stage("Qualified")
    assert list(made.items.values_list("template__name", "days")) == [("Write", 1), ("Ring", 7)]
    assert made.items.get(template=ring).pk == item.pk

    ada.post(f"/settings/sets/{made.pk}/archive/")
    made.refresh_from_db()
    assert made.archived_at
    assert "Put away" in text(ada.get("/settings/sets/"))


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"name": "Payment"}, "There is “Payment” already."),
        ({"occasion": "stage_entered"}, "Choose the stage"),
        ({"items-0-days": "99999"}, "less than or equal to"),
        ({"items-0-template": ""}, "at least one follow-up"),
        ({"items-0-template": "999999"}, "Select a valid choice"),
        ({"name": "x" * 300}, "at most 80"),
        ({"occasion": "never"}, "Select a valid choice"),
        ({"items-TOTAL_FORMS": "x"}, "ManagementForm"),
        ({"items-TOTAL_FORMS": "9000"}, "at most"),
    ],
)
def test_what_is_wrong_is_said_in_place_and_what_was_typed_stays(
    people: People, as_: As, wrong: dict[str, Any], sentence: str
) -> None:
    sent = {"name": "Mine", "description": "Kept words", "occasion": "by_hand"} | lines((template(), 2, "")) | wrong
    answer = as_(people.ada).post("/settings/sets/new/", sent)
    assert answer.status_code == 422
    assert sentence in text(answer)
    assert "Kept words" in text(answer)
    assert not FollowUpSet.objects.filter(name="Mine").exists()


def test_an_item_of_another_set_is_not_taken_over(people: People, as_: As) -> None:
    theirs = a_set("Theirs", (template("Ring"), 1))
    pk = theirs.items.get().pk
    sent = {"name": "Mine", "occasion": "by_hand"} | lines((template("Write"), 2, "", pk))
    as_(people.ada).post("/settings/sets/new/", sent)
    assert theirs.items.get().template.name == "Ring"
    assert FollowUpSet.objects.get(name="Mine").items.count() == 1


def test_the_list_says_how_often_a_set_was_used_and_what_came_of_it(people: People, as_: As) -> None:
    maria = contact("Maria", owner=people.sam)
    invoice(maria)
    dispatch_pending(NOW)
    do.complete(FollowUp.objects.filter(subject__startswith="Call"), by=people.sam, now=NOW, outcome="arranged")
    page = text(as_(people.ada).get("/settings/sets/"))
    assert "100 %" in page
    assert "Sales: Proposal sent" in page


def test_one_asks_for_a_set_sees_what_it_makes_and_makes_it(people: People, as_: As) -> None:
    maria, set_ = contact("Maria", owner=people.sam), a_set("Ours", (template("Ring {{ contact.first_name }}"), 2))
    sam = as_(people.sam)
    assert "Ours" in text(sam.get(f"/followups/sets/?contact={maria.pk}"))
    shown = text(sam.post("/followups/sets/", {"contact": maria.pk, "set": set_.pk}))
    assert "Ring Maria" in shown
    assert "Sam is the owner" in shown
    assert not FollowUp.objects.exists()
    sent = {"contact": maria.pk, "set": set_.pk, "sure": "yes", "once": "7"}
    answer = sam.post("/followups/sets/", sent)
    assert answer["Location"] == f"/contacts/{maria.pk}/"
    sam.post("/followups/sets/", sent)
    assert FollowUp.objects.get().subject == "Ring Maria"


def test_the_ticked_of_the_list_get_theirs_and_foreign_ones_do_not(people: People, as_: As) -> None:
    mine, foreign = contacts(3, owner=people.sam), contact("Foreign", owner=people.otto)
    set_ = a_set("Ours", (template("Ring"), 2))
    ids = [one.pk for one in mine] + [foreign.pk]
    sam = as_(people.sam)
    assert "And" not in text(sam.post("/followups/sets/", {"ids": ids}))
    sam.post("/followups/sets/", {"contacts": ",".join(map(str, ids)), "set": set_.pk, "sure": "yes"})
    assert set(FollowUp.objects.values_list("contact", flat=True)) == {one.pk for one in mine}


def test_all_that_match_the_filter_get_theirs(people: People, as_: As) -> None:
    contacts(3, owner=people.sam, country="DE")
    contact(owner=people.sam, country="FR")
    set_ = a_set("Ours", (template("Ring"), 2))
    shown = text(as_(people.sam).post("/followups/sets/", {"all": "1", "query": "country=DE", "set": set_.pk}))
    assert "Make these 3" in shown


def test_a_set_used_on_a_deal_hangs_on_it(people: People, as_: As) -> None:
    maria = contact("Maria", owner=people.sam)
    visa, set_ = deal("Visa", contact=maria), a_set("Ours", (template("Ask about {{ deal.name }}"), 2))
    sent = {"contact": maria.pk, "deal": visa.pk, "set": set_.pk, "sure": "yes"}
    as_(people.sam).post("/followups/sets/", sent)
    made = FollowUp.objects.get()
    assert (made.subject, made.deal_id) == ("Ask about Visa", visa.pk)


def test_a_record_of_somebody_else_makes_nothing(people: People, as_: As) -> None:
    maria = contact("Maria", owner=people.sam)
    others, set_ = deal(contact=contact(owner=people.otto)), a_set("Ours", (template("Ring"), 2))
    sent = {"contact": maria.pk, "deal": others.pk, "set": set_.pk, "sure": "yes"}
    assert as_(people.sam).post("/followups/sets/", sent).status_code == 422
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("given", ["contact=0", "contact=x", "contact=99999999999999999999", "contacts=,,", "set=x"])
def test_what_names_nobody_is_answered(people: People, as_: As, given: str) -> None:
    sam = as_(people.sam)
    assert "Choose at least one client" in text(sam.get(f"/followups/sets/?{given}"))
    assert sam.post("/followups/sets/", {"set": "1", "sure": "yes"}).status_code == 422


def test_the_preview_costs_the_same_for_one_and_for_many(people: People, as_: As) -> None:
    set_ = a_set("Ours", (template("Ring {{ custom.x }}"), 2))

    def cost(number: int) -> int:
        ids = ",".join(str(one.pk) for one in contacts(number, owner=people.sam))
        return queries(as_(people.sam), f"/followups/sets/?contacts={ids}&set={set_.pk}")

    cost(2)
    assert cost(30) == cost(2)


def test_sets_of_the_deals_stage_come_first(people: People, as_: As) -> None:
    maria = contact("Maria", owner=people.sam)
    deal("Visa", contact=maria, at="Negotiation")
    page = text(as_(people.sam).get(f"/followups/sets/?contact={maria.pk}"))
    assert page.index("Sales: Negotiation") < page.index("Clinic intake: Contacted")


@pytest.mark.parametrize("kind", ["deal", "document", "invoice"])
def test_a_records_page_shows_what_waits_for_it_and_what_was_done(people: People, as_: As, kind: str) -> None:
    maria = contact("Maria", owner=people.sam)
    record = {
        "deal": lambda: deal(contact=maria),
        "document": lambda: document(maria),
        "invoice": lambda: invoice(maria),
    }
    one = record[kind]()
    from followups.creating import create
    from tests.factories import new_followup

    link = {f"{kind}_id": one.pk}
    both = [new_followup(maria, people.sam, subject=name, **link) for name in ("Still open", "Done one")]
    create(both, by=people.sam, now=NOW)
    do.complete(open_of(subject="Done one"), by=people.sam, now=NOW, outcome="spoke")
    sam = as_(people.sam)
    page = text(sam.get(f"/{kind}s/{one.pk}/followups/"))
    part = text(sam.get(f"/{kind}s/{one.pk}/followups/", headers={"HX-Request": "true"}))
    assert "<html" in page
    assert "<html" not in part
    for shown in (page, part):
        assert shown.index("Still open") < shown.index("Done one")
        assert f"/followups/new/?{kind}={one.pk}" in shown
    assert as_(people.otto).get(f"/{kind}s/{one.pk}/followups/").status_code == 404


def test_a_records_page_costs_the_same_with_many(people: People, as_: As) -> None:
    from followups.creating import create
    from tests.factories import new_followup

    maria = contact("Maria", owner=people.sam)
    visa = deal(contact=maria)

    def add(number: int) -> None:
        create([new_followup(maria, people.sam, deal_id=visa.pk) for _ in range(number)], by=people.sam, now=NOW)

    add(2)
    few = queries(as_(people.sam), f"/deals/{visa.pk}/followups/")
    add(30)
    assert queries(as_(people.sam), f"/deals/{visa.pk}/followups/") == few


def test_nobody_is_told_that_nothing_is_planned_where_a_colleague_has_it(people: People, as_: As) -> None:
    visa = deal("Visa", contact=contact("Maria", owner=people.noor), owner_id=people.sam.pk)
    path = f"/deals/{visa.pk}/followups/"
    assert "Nothing is planned" in text(as_(people.sam).get(path))
    made = followup(contact("Ben", owner=people.noor), people.noor)
    FollowUp.objects.filter(pk=made.pk).update(contact=visa.contact_id, deal=visa)
    said = text(as_(people.sam).get(path))
    assert "A colleague is set to follow up on this deal" in said
    assert "Nothing is planned" not in said
