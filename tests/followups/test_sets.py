"""Sets: several follow-ups with one click or by themselves, each with its words, day and person."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from crm.absences import add_absence
from crm.access import contacts_for
from crm.merging.merging import merge
from crm.models import Contact, CustomField, Partner
from crm.undo import take_back
from followups import transitions as do
from followups.catalogue import BadEntry, add_template
from followups.models import FollowUp, FollowUpSet
from followups.sets import Use, use_set, use_sets
from tests.crm.deals.given import deal
from tests.crm.invoices.making import invoice
from tests.factories import NOW, contact, contacts, kind
from tests.followups.happening import a_set, document, subjects, template
from tests.people import People


def test_each_item_is_due_its_days_after_at_the_templates_time(people: People) -> None:
    maria = contact("Maria", owner=people.sam)
    set_ = a_set("Start", (template("Ring", due_time=time(10)), 2), (template("Write"), 0))

    made = use_set(set_, [maria.pk], by=people.sam, now=NOW)

    assert len(made) == 2
    assert subjects(FollowUp.objects) == [("Write", date(2026, 3, 2)), ("Ring", date(2026, 3, 4))]
    ring = FollowUp.objects.get(subject="Ring")
    assert ring.due_at == datetime(2026, 3, 4, 10, tzinfo=UTC)
    assert (ring.made_by_set, ring.template.name, ring.assignee) == (set_, "Ring", people.sam)  # type: ignore[union-attr]
    assert ring.assigned_because == "Sam is the owner"


def test_the_words_of_records_and_own_fields_are_filled_in(people: People) -> None:
    CustomField.objects.create(slug="course", label="Course")
    maria = contact("Maria", owner=people.sam, custom={"course": "Nursing"})
    visa = deal("Visa", contact=maria, amount="1200", currency="EUR")
    bill = invoice(maria, "250.50", number="R-1", currency="EUR", due_on=date(2026, 3, 20))
    paper = document(maria, "Passport", expires_on=date(2027, 1, 31))
    words = (
        "{{ deal.name }}, {{ deal.amount }}; {{ invoice.number }}, {{ invoice.amount }}, {{ invoice.due_on }}; "
        "{{ document.name }}, {{ document.expires_on }}; {{ custom.course|none }}, {{ custom.gone|else }}"
    )
    set_ = a_set("Words", (template("All", subject=words), 0))

    use_sets([Use(set_.pk, maria.pk, visa.pk, paper.pk, bill.pk)], by=None, now=NOW)

    assert FollowUp.objects.get().subject == (
        "Visa, €1,200.00; R-1, €250.50, 20 Mar 2026; Passport, 31 Jan 2027; Nursing, else"
    )


def test_without_a_record_the_fallback_stands(people: People) -> None:
    set_ = a_set(
        "One", (template("T", subject="Ask about {{ deal.name|the enquiry }} of {{ partner.name|nobody }}"), 0)
    )
    use_set(set_, [contact(owner=people.sam).pk], by=None, now=NOW)
    assert FollowUp.objects.get().subject == "Ask about the enquiry of nobody"


@pytest.mark.parametrize("wrong", ["{{ deal.password }}", "{{ custom.nothing }}", "{{ invoice }}", "{{ custom. }}"])
def test_a_template_with_an_unknown_field_is_not_stored(people: People, wrong: str) -> None:
    with pytest.raises(BadEntry, match="is not a merge field"):
        add_template({"name": "T", "subject": f"Ask {wrong}", "type": kind(), "priority": "low"})


def test_a_template_may_name_fields_of_ones_own(people: People) -> None:
    CustomField.objects.create(slug="visa-date", label="Visa")
    made = add_template({"name": "T", "subject": "Ask {{ custom.visa-date|when }}", "type": kind(), "priority": "low"})
    assert made.pk


def test_the_deals_owner_comes_before_the_contacts_and_load_comes_last(people: People) -> None:
    set_ = a_set("One", (template(), 0))
    his = contact("His", owner=people.sam)
    hers = deal(contact=his, owner_id=people.noor.pk)
    nobodys = contact("Nobodys")

    use_sets([Use(set_.pk, his.pk, deal_id=hers.pk), Use(set_.pk, nobodys.pk)], by=None, now=NOW)

    of_deal, of_nobody = FollowUp.objects.order_by("pk")
    assert (of_deal.assignee, of_deal.assigned_because) == (people.noor, "Noor is the owner of the deal")
    assert "most room" in of_nobody.assigned_because


def test_whoever_stands_in_gets_it_while_the_owner_is_away(people: People) -> None:
    people.sam.deputy = people.noor
    people.sam.save(update_fields=["deputy"])
    add_absence(people.sam, starts_on=NOW.date(), ends_on=NOW.date(), note="")
    use_set(a_set("One", (template(), 0)), [contact(owner=people.sam).pk], by=None, now=NOW)
    assert FollowUp.objects.get().assigned_because == "Sam is away and Noor stands in"


def test_a_deal_without_a_contact_is_followed_up_with_its_partner(people: People) -> None:
    partner = Partner.objects.create(name="Nova School", owner=people.sam)
    one = deal(contact=None, partner_id=partner.pk, owner_id=people.sam.pk)
    use_sets([Use(a_set("One", (template(), 0)).pk, None, deal_id=one.pk)], by=None, now=NOW)
    made = FollowUp.objects.get()
    assert (made.contact_id, made.partner_id, made.deal_id) == (None, partner.pk, one.pk)


def test_the_same_occasion_never_makes_two(people: People) -> None:
    set_, maria = a_set("One", (template(), 0)), contact(owner=people.sam)
    assert use_set(set_, [maria.pk], by=None, now=NOW, cause="e1")
    do.delete(FollowUp.objects.all(), by=people.sam, now=NOW)
    assert use_set(set_, [maria.pk], by=None, now=NOW, cause="e1") == []


def test_what_is_open_already_is_not_asked_for_twice(people: People) -> None:
    set_, maria = a_set("One", (template(), 0), (template("Write"), 1)), contact(owner=people.sam)
    use_set(set_, [maria.pk], by=people.sam, now=NOW)
    do.complete(FollowUp.objects.filter(subject="Ring"), by=people.sam, now=NOW, outcome="spoke")

    made = use_set(set_, [maria.pk], by=people.sam, now=NOW + timedelta(days=30))

    assert list(FollowUp.objects.filter(pk__in=made).values_list("subject", flat=True)) == ["Ring"]


def test_for_a_deal_what_was_completed_is_not_asked_for_again(people: People) -> None:
    set_, maria = a_set("One", (template(), 0)), contact(owner=people.sam)
    visa = deal(contact=maria)
    use_set(set_, [maria.pk], by=None, now=NOW, deal_id=visa.pk, cause="e1")
    do.complete(FollowUp.objects.all(), by=people.sam, now=NOW, outcome="spoke")
    assert use_set(set_, [maria.pk], by=None, now=NOW, deal_id=visa.pk, cause="e2") == []


def test_a_set_or_a_template_put_away_makes_nothing(people: People) -> None:
    maria = contact(owner=people.sam)
    gone = a_set("Gone", (template(), 0), archived_at=NOW)
    half = a_set("Half", (template("Old", archived_at=NOW), 0), (template("New"), 0))
    assert use_set(gone, [maria.pk], by=None, now=NOW) == []
    assert len(use_set(half, [maria.pk], by=None, now=NOW)) == 1


def test_a_deleted_contact_gets_nothing_and_holds_up_nobody(people: People) -> None:
    set_ = a_set("One", (template(), 0))
    gone, here = contact(owner=people.sam, deleted_at=NOW), contact(owner=people.sam)
    assert len(use_set(set_, [gone.pk, here.pk, 10**12], by=None, now=NOW)) == 1


def test_using_a_set_can_be_taken_back(people: People) -> None:
    used = use_sets([Use(a_set("One", (template(), 0)).pk, contact().pk)], by=people.sam, now=NOW)
    assert used.undo_id
    take_back(used.undo_id, by=people.sam, now=NOW)
    assert not FollowUp.objects.alive().exists()


def test_the_priority_of_an_item_comes_before_the_templates(people: People) -> None:
    set_ = a_set("One", (template(priority="low"), 0))
    set_.items.update(priority="urgent")
    use_set(set_, [contact(owner=people.sam).pk], by=None, now=NOW)
    assert FollowUp.objects.get().priority == "urgent"


def test_a_hundred_cost_as_many_statements_as_one(people: People) -> None:
    set_ = a_set("Two", (template(), 0), (template("Write", subject="{{ custom.x }} {{ deal.name }}"), 1))

    def cost(some: list[Contact]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert len(use_set(set_, [one.pk for one in some], by=people.sam, now=NOW)) == 2 * len(some)
        return len(captured)

    cost(contacts(1, owner=people.sam))
    assert cost(contacts(100, owner=people.sam)) == cost(contacts(1, owner=people.sam))


def test_an_installation_starts_with_sets_for_stages_payment_and_onboarding(people: People) -> None:
    named = dict(FollowUpSet.objects.values_list("name", "occasion"))
    assert named["Payment"] == "invoice_issued"
    assert named["Onboarding"] == "became_client"
    assert sum(1 for occasion in named.values() if occasion == "stage_entered") == 11
    assert all(one.items.exists() for one in FollowUpSet.objects.all())


def test_a_late_occasion_makes_nothing_that_is_late_from_the_start(people: People) -> None:
    set_ = a_set("One", (template(), 1))
    long_ago = NOW - timedelta(days=40)
    use_sets([Use(set_.pk, contact(owner=people.sam).pk, at=long_ago)], by=None, now=NOW)
    assert FollowUp.objects.get().due_on == NOW.date()


def test_what_came_from_a_merged_contact_is_not_asked_for_twice(people: People) -> None:
    maria, mariana = contact("Maria", owner=people.sam), contact("Mariana", owner=people.sam)
    visa = deal("Visa", contact=mariana)
    set_ = a_set("Start", (template("Ring"), 2), (template("Write"), 3))
    use_set(set_, [mariana.pk], by=None, now=NOW)
    use_set(set_, [mariana.pk], by=None, now=NOW, deal_id=visa.pk)
    do.complete(FollowUp.objects.filter(deal=visa), by=people.sam, now=NOW, outcome="done")

    merge(contacts_for(people.ada), kept=maria.pk, gone=mariana.pk, by=people.ada, now=NOW)

    assert use_set(set_, [maria.pk], by=None, now=NOW, cause="later") == []
    assert use_set(set_, [maria.pk], by=None, now=NOW, deal_id=visa.pk, cause="later") == []
