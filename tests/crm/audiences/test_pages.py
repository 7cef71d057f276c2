"""The pages of audiences: made, changed, shown, used, and taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.crm.audiences.making import CLIENTS, dynamic, members, static
from tests.factories import contact, contacts

if TYPE_CHECKING:
    from crm.models import User
    from tests.people import People

    SignIn = Callable[[User], Client]

#: Clients, as the builder's form sends it.
BUILT = {
    "condition_group": "all",
    "condition-0_what": "field:lifecycle",
    "condition-0_was": "field:lifecycle",
    "condition-0_op": "equals",
    "condition-0_value": "client",
}


def test_an_audience_is_made_with_the_builder_and_shown_in_words(people: People, as_: SignIn) -> None:
    from crm.models import Audience

    mara = as_(people.mara)
    answer = mara.post("/audiences/new/", {"name": "Our clients", "description": "", "kind": "dynamic"} | BUILT)
    made = Audience.objects.get()
    assert answer.url == f"/audiences/{made.pk}/"  # type: ignore[attr-defined]
    assert (made.condition, made.state) == ({"all": [CLIENTS]}, "filling")
    shown = mara.get(f"/audiences/{made.pk}/").content.decode()
    assert "Everybody who is a client" in shown
    assert "being put together" in shown


def test_looking_ahead_counts_and_names_whom_the_person_may_see(people: People, as_: SignIn) -> None:
    contact("Maria", lifecycle="client", owner=people.sam)
    contact("Otilia", lifecycle="client", owner=people.otto)
    for address in ("/audiences/look/", "/audiences/new/"):
        answer = as_(people.mara).post(address, {"name": "", "kind": "dynamic", "look": "1"} | BUILT)
        shown = answer.content.decode()
        assert answer.status_code == 200
        assert "Maria" in shown
        assert "Otilia" not in shown
        assert "<b>1</b>" in shown


def test_what_was_typed_stays_when_something_is_wrong(people: People, as_: SignIn) -> None:
    static("Taken")
    form = {"name": "Taken", "description": "Dear ones", "kind": "dynamic"} | BUILT
    answer = as_(people.mara).post("/audiences/new/", form)
    shown = answer.content.decode()
    assert answer.status_code == 422
    for words in ("There is an audience of this name already", "Dear ones", 'value="client" selected'):
        assert words in shown


def test_a_list_becomes_an_audience(people: People, as_: SignIn) -> None:
    shown = as_(people.mara).get(f"/audiences/new/?where={quote(json.dumps(CLIENTS))}").content.decode()
    assert 'value="client" selected' in shown


def test_a_second_save_of_an_old_page_is_told_so(people: People, as_: SignIn) -> None:
    one, mara = dynamic(), as_(people.mara)
    form = {"name": "Renamed", "description": "", "version": "1"} | BUILT
    assert mara.post(f"/audiences/{one.pk}/edit/", form).status_code == 302
    answer = mara.post(f"/audiences/{one.pk}/edit/", form | {"name": "Again"})
    assert answer.status_code == 422
    assert "Somebody changed this audience first" in answer.content.decode()


def test_members_are_only_those_whom_the_person_may_see(people: People, as_: SignIn) -> None:
    contact("Maria", lifecycle="client", owner=people.sam)
    contact("Otilia", lifecycle="client", owner=people.otto)
    one = dynamic()
    shown = as_(people.sam).get(f"/audiences/{one.pk}/").content.decode()
    assert "Maria" in shown
    assert "Otilia" not in shown
    assert "2 contacts in all" in shown


def test_ticked_contacts_are_put_in_from_the_list_and_taken_back(people: People, as_: SignIn) -> None:
    from crm.models import UndoStep

    two, one, mara = contacts(2, owner=people.sam), static(), as_(people.mara)
    ids = [str(who.pk) for who in two]
    mara.post("/contacts/bulk/audience/", {"ids": ids, "audience": str(one.pk)})
    assert members(one) == {who.pk for who in two}
    listed = mara.get(f"/contacts/?audience={one.pk}").content.decode()
    assert "2 people" in listed
    assert "By hand" in listed
    mara.post(f"/undo/{UndoStep.objects.get().pk}/")
    assert members(one) == set()


def test_a_contact_page_names_its_audiences_and_changes_those_by_hand(people: People, as_: SignIn) -> None:
    maria = contact("Maria", lifecycle="client", owner=people.sam)
    by_condition, by_hand, mara = dynamic(), static(), as_(people.mara)
    mara.post(f"/contacts/{maria.pk}/audiences/", {"audiences": str(by_hand.pk)})
    shown = mara.get(f"/contacts/{maria.pk}/").content.decode()
    assert f"/audiences/{by_condition.pk}/" in shown
    assert f"/audiences/{by_hand.pk}/" in shown
    mara.post(f"/contacts/{maria.pk}/audiences/", {})
    assert (members(by_hand), members(by_condition)) == (set(), {maria.pk})


def test_one_that_others_ask_for_is_not_deleted_and_names_them(people: People, as_: SignIn) -> None:
    inner = static("Inner")
    dynamic({"field": "audience", "op": "has_any", "value": [inner.pk]}, "Outer")
    answer = as_(people.mara).post(f"/audiences/{inner.pk}/delete/", follow=True)
    assert "“Inner” is asked for by “Outer”" in answer.content.decode()


def test_a_deleted_one_comes_back_by_undo(people: People, as_: SignIn) -> None:
    from crm.models import UndoStep

    one, mara = static(), as_(people.mara)
    mara.post(f"/audiences/{one.pk}/delete/")
    assert mara.get(f"/audiences/{one.pk}/").status_code == 404
    mara.post(f"/undo/{UndoStep.objects.get().pk}/")
    assert mara.get(f"/audiences/{one.pk}/").status_code == 200


def test_a_broken_one_says_why_and_can_be_tried_again(people: People, as_: SignIn) -> None:
    from crm.models import Audience

    one, mara = dynamic(), as_(people.mara)
    Audience.objects.filter(pk=one.pk).update(state="broken", problem="The tag is not there any more.")
    assert "The tag is not there any more." in mara.get(f"/audiences/{one.pk}/").content.decode()
    mara.post(f"/audiences/{one.pk}/again/")
    one.refresh_from_db()
    assert (one.state, one.problem) == ("filling", "")


def test_the_pages_cost_as_many_statements_for_many_as_for_one(people: People, as_: SignIn) -> None:
    contacts(2, lifecycle="client", owner=people.sam)
    one, mara = dynamic(), as_(people.mara)

    def asked() -> list[int]:
        counts = []
        for address in ("/audiences/", f"/audiences/{one.pk}/"):
            with CaptureQueriesContext(connection) as seen:
                assert mara.get(address).status_code == 200
            counts.append(len(seen))
        return counts

    asked()
    before = asked()
    contacts(30, lifecycle="client", owner=people.sam)
    for i in range(5):
        outer = {"all": [CLIENTS, {"field": "audience", "op": "has_any", "value": [one.pk]}]}
        dynamic(outer, f"Outer {i}")
    assert asked() == before
