"""A rule of the house that rests makes nothing, and works again when it is brought back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from crm.contact_sets import set_lifecycle
from crm.contacts import NewContact, create_contacts
from crm.dispatching import dispatch_pending
from crm.models import Contact, Organisation
from followups import house_rules as house
from followups.checkins import make_check_ins
from followups.models import FollowUp
from tests.crm.invoices.making import invoice
from tests.factories import NOW, contact
from tests.followups.happening import document, document_kind, expiring
from tests.people import People


def a_client() -> None:
    contact("New", lifecycle="qualified")
    set_lifecycle(Contact.objects.all(), by=None, now=NOW, to="client")
    dispatch_pending(NOW)


def an_invoice() -> None:
    invoice(contact("Owing"))
    dispatch_pending(NOW)


def an_expiry() -> None:
    end = (NOW + timedelta(days=180)).date()
    expiring(document(contact("Far"), state="approved", kind=document_kind(), expires_on=end), 180)


def a_silence() -> None:
    contact("Quiet", lifecycle="client", created_at=NOW - timedelta(days=90))
    make_check_ins(Organisation.objects.current(), today=NOW.date(), now=NOW)


def a_lead() -> None:
    create_contacts([NewContact(first_name="Lead")], by=None, now=NOW)
    dispatch_pending(NOW)


OCCASIONS = {
    house.CLIENT_SETS: a_client,
    house.INVOICE_SETS: an_invoice,
    house.RENEWALS: an_expiry,
    house.CHECK_INS: a_silence,
    house.SPEED_TO_LEAD: a_lead,
}


def test_every_rule_is_tried_here() -> None:
    assert OCCASIONS.keys() == house.RULES.keys()


@pytest.mark.parametrize("name", OCCASIONS)
def test_a_rule_that_rests_makes_nothing(people: People, name: str) -> None:
    house.put_away({name: "Something else does it."}, now=NOW)
    OCCASIONS[name]()
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize("name", OCCASIONS)
def test_the_others_work_on_and_it_too_once_it_is_back(people: People, name: str) -> None:
    house.put_away(dict.fromkeys(house.RULES, "Something else does it."), now=NOW)
    house.bring_back([name])
    OCCASIONS[name]()
    assert FollowUp.objects.exists()


@pytest.mark.django_db
def test_the_reason_is_kept_and_may_change() -> None:
    house.put_away({house.CHECK_INS: "One."}, now=NOW)
    house.put_away({house.CHECK_INS: "Another."}, now=NOW)
    assert house.resting() == {house.CHECK_INS: "Another."}
    house.bring_back([house.CHECK_INS])
    house.bring_back([house.CHECK_INS])
    assert not house.rests(house.CHECK_INS)


@pytest.mark.django_db
def test_a_rule_that_nobody_knows_is_refused() -> None:
    with pytest.raises(KeyError):
        house.put_away({"weather": "It rains."}, now=NOW)
