"""The contact pages: they work, refuse what they must, and lose nothing that was typed."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from crm.models import Contact, Event, Note, Tag, User
from crm.notes import add_note
from crm.tagging import make_tag, tag
from tests.factories import NOW, contact, contacts
from tests.people import People

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def pages_of(one: Contact, note: Note) -> list[str]:
    """Every address of a contact that is read."""
    here = f"/contacts/{one.pk}/"
    return [
        here,
        *(f"{here}{part}/" for part in ("timeline", "notes", "preferences", "edit", "tags")),
        f"/notes/{note.pk}/edit/",
    ]


def test_every_page_shows_its_owner_the_contact(people: People, as_: SignIn) -> None:
    one = contact("Maria", last_name="Santos", owner=people.sam, phone="+639175554410")
    note = add_note(one, by=people.sam, now=NOW, body="She prefers mornings")
    for address in pages_of(one, note):
        answer = as_(people.sam).get(address)
        assert answer.status_code == 200, address
        assert "Maria" in answer.content.decode(), address


def test_somebody_elses_contact_is_not_there(people: People, as_: SignIn) -> None:
    one = contact("Maria", owner=people.otto)
    note = add_note(one, by=people.otto, now=NOW, body="Secret")
    sam = as_(people.sam)
    assert {address: sam.get(address).status_code for address in pages_of(one, note)} == dict.fromkeys(
        pages_of(one, note), 404
    )
    for address in ("lifecycle", "tags", "notes", "edit"):
        assert sam.post(f"/contacts/{one.pk}/{address}/", {"lifecycle": "client", "body": "x"}).status_code == 404
    assert sam.post(f"/notes/{note.pk}/delete/").status_code == 404
    one.refresh_from_db()
    assert one.lifecycle == "new"


def test_a_viewer_reads_and_changes_nothing(people: People, as_: SignIn) -> None:
    one = contact("Maria", owner=people.sam)
    vera = as_(people.vera)
    assert vera.get("/contacts/").status_code == 200
    assert vera.get(f"/contacts/{one.pk}/").status_code == 200
    for address in ("/contacts/new/", f"/contacts/{one.pk}/edit/", "/imports/new/", "/contacts/export/"):
        assert vera.get(address).status_code == 403, address
    for address in ("lifecycle/", "delete/", "tags/", "notes/"):
        assert vera.post(f"/contacts/{one.pk}/{address}", {"body": "x", "lifecycle": "client"}).status_code == 403, (
            address
        )
    assert vera.post("/contacts/bulk/delete/", {"ids": [one.pk]}).status_code == 403
    assert Event.objects.filter(contact=one).count() == 0


@pytest.mark.parametrize(
    "address",
    ["/contacts/", "/contacts/new/", "/contacts/1/", "/tags/", "/search/?q=a", "/imports/", "/contacts/export/"],
)
def test_a_stranger_is_sent_to_sign_in(address: str, client: Client, db: None) -> None:
    answer = client.get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("pk", ["0", "999999999", "99999999999999999999999"])
def test_an_id_that_nothing_has_is_not_found(pk: str, people: People, as_: SignIn) -> None:
    ada = as_(people.ada)
    for address in (
        f"/contacts/{pk}/",
        f"/contacts/{pk}/edit/",
        f"/notes/{pk}/edit/",
        f"/tags/{pk}/edit/",
        f"/imports/{pk}/",
    ):
        assert ada.get(address).status_code == 404, address
    assert ada.post(f"/contacts/{pk}/restore/").status_code == 404


@pytest.mark.parametrize("address", ["lifecycle", "delete", "restore"])
def test_what_changes_something_is_a_post(address: str, people: People, as_: SignIn) -> None:
    one = contact("Maria", owner=people.sam)
    assert as_(people.ada).get(f"/contacts/{one.pk}/{address}/").status_code == 405


def test_a_new_contact_is_its_makers_and_a_double_click_makes_one(people: People, as_: SignIn) -> None:
    sam = as_(people.sam)
    form = {"first_name": "Ana", "lifecycle": "new", "once": "abc"}
    first = sam.post("/contacts/new/", form)
    second = sam.post("/contacts/new/", form)
    made = Contact.objects.get(first_name="Ana")
    assert made.owner == people.sam
    assert first["Location"] == second["Location"] == f"/contacts/{made.pk}/"


def test_a_refused_form_says_why_and_keeps_what_was_typed(people: People, as_: SignIn) -> None:
    long = "n" * 300
    answer = as_(people.sam).post(
        "/contacts/new/", {"first_name": long, "email": "not an address", "city": "Manila", "lifecycle": "new"}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "at most 200 characters; this has 300" in page
    assert "is not an e-mail address" in page
    assert long in page
    assert 'value="Manila"' in page


def test_the_same_address_is_refused_unless_it_is_said_to_be_shared(people: People, as_: SignIn) -> None:
    contact("Maria", email="family@example.org", owner=people.sam)
    sam, form = as_(people.sam), {"first_name": "Jose", "email": "FAMILY@example.org", "lifecycle": "new"}
    assert "has the e-mail family@example.org already" in sam.post("/contacts/new/", form).content.decode()
    assert sam.post("/contacts/new/", form | {"shares_address": "on"}).status_code == 302
    assert Contact.objects.filter(email="family@example.org").count() == 2


def test_while_typing_one_is_told_who_is_here_already(people: People, as_: SignIn) -> None:
    contact("Maria", last_name="Santos", email="maria@example.org", phone="+639175554410", owner=people.sam)
    contact("Hidden", email="hidden@example.org", owner=people.otto)
    sam = as_(people.sam)
    assert "Maria Santos" in sam.get("/contacts/similar/?email=MARIA@example.org").content.decode()
    assert "Maria Santos" in sam.get("/contacts/similar/?phone=0917 555 4410&country=PH").content.decode()
    assert "Maria Santos" in sam.get("/contacts/similar/?first_name=mari&last_name=san").content.decode()
    told = sam.get("/contacts/similar/?email=hidden@example.org").content.decode()
    assert "A colleague looks after them" in told
    assert "Hidden" not in told
    assert sam.get("/contacts/similar/?email=half@").status_code == 200


def test_a_stale_page_shows_both_values_and_keeps_what_was_typed(people: People, as_: SignIn) -> None:
    one = contact("Maria", owner=people.sam, city="Manila")
    Contact.objects.filter(pk=one.pk).update(city="Cebu", version=2)
    sam = as_(people.sam)
    form = {"first_name": "Maria", "email": one.email, "city": "Davao", "lifecycle": "new", "version": "1"}
    answer = sam.post(f"/contacts/{one.pk}/edit/", form)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "now “Cebu”, yours “Davao”" in page
    assert 'value="Davao"' in page
    assert 'name="version" value="2"' in page
    one.refresh_from_db()
    assert one.city == "Cebu"
    assert sam.post(f"/contacts/{one.pk}/edit/", form | {"version": "2"}).status_code == 302
    one.refresh_from_db()
    assert one.city == "Davao"


def test_deleting_can_be_taken_back(people: People, as_: SignIn) -> None:
    one = contact("Maria", owner=people.sam)
    mara = as_(people.mara)
    assert mara.post(f"/contacts/{one.pk}/delete/").status_code == 302
    assert mara.get(f"/contacts/{one.pk}/").status_code == 404
    assert mara.post(f"/contacts/{one.pk}/restore/")["Location"] == f"/contacts/{one.pk}/"
    assert mara.get(f"/contacts/{one.pk}/").status_code == 200


def test_many_are_tagged_given_and_deleted_at_once(people: People, as_: SignIn) -> None:
    three = contacts(3, owner=people.sam)
    ids = [one.pk for one in three]
    nursing = make_tag("nursing")
    mara = as_(people.mara)
    assert "Put on" in mara.post("/contacts/bulk/tag/", {"ids": ids}).content.decode()
    mara.post("/contacts/bulk/tag/", {"ids": ids, "add": [nursing.pk]})
    assert nursing.contacts.count() == 3
    mara.post("/contacts/bulk/give/", {"ids": ids, "to": people.noor.pk})
    assert Contact.objects.filter(owner=people.noor).count() == 3
    mara.post("/contacts/bulk/delete/", {"all": "1", "query": "tag=nursing"})
    assert Contact.objects.alive().count() == 0


def test_a_bulk_action_reaches_only_what_one_may_see(people: People, as_: SignIn) -> None:
    mine, other = contact("Mine", owner=people.sam), contact("Other", owner=people.otto)
    made = make_tag("mine")
    as_(people.sam).post("/contacts/bulk/tag/", {"ids": [mine.pk, other.pk], "add": [made.pk]})
    assert list(made.contacts.values_list("pk", flat=True)) == [mine.pk]


def test_a_tag_is_made_renamed_and_deleted_by_who_may(people: People, as_: SignIn) -> None:
    mara, sam = as_(people.mara), as_(people.sam)
    assert sam.post("/tags/", {"name": "Hot", "colour": "red"}).status_code == 403
    mara.post("/tags/", {"name": "Hot", "colour": "red"})
    made = Tag.objects.get(slug="hot")
    one = contact("Maria", owner=people.sam)
    tag(Contact.objects.all(), add=[made.pk], by=people.mara, now=NOW)
    assert "There is a tag" in mara.post("/tags/", {"name": "HOT", "colour": "red"}).content.decode()
    mara.post(f"/tags/{made.pk}/edit/", {"name": "Very hot", "colour": "plum"})
    assert Tag.objects.get(pk=made.pk).slug == "very-hot"
    assert mara.post(f"/tags/{made.pk}/delete/").status_code == 302
    assert Event.objects.filter(contact=one, kind="tag_removed").count() == 1


def test_a_note_is_kept_safe_pinned_and_deleted(people: People, as_: SignIn) -> None:
    one, sam = contact("Maria", owner=people.sam), as_(people.sam)
    sam.post(f"/contacts/{one.pk}/notes/", {"body": "<b>Call</b> after noon<script>alert(1)</script>", "once": "1"})
    sam.post(f"/contacts/{one.pk}/notes/", {"body": "<b>Call</b> after noon<script>alert(1)</script>", "once": "1"})
    note = Note.objects.get(contact=one)
    assert note.body == "<b>Call</b> after noon"
    sam.post(f"/notes/{note.pk}/pin/")
    note.refresh_from_db()
    assert note.pinned
    sam.post(f"/notes/{note.pk}/delete/")
    assert "after noon" not in sam.get(f"/contacts/{one.pk}/notes/").content.decode()


def test_preferences_are_noted_with_an_event(people: People, as_: SignIn) -> None:
    one, sam = contact("Maria", owner=people.sam), as_(people.sam)
    sam.post(f"/contacts/{one.pk}/preferences/", {"channel": "email", "state": "withdrawn"})
    sam.post(f"/contacts/{one.pk}/preferences/", {"channel": "email", "state": "withdrawn"})
    assert Event.objects.filter(contact=one, kind="consent_changed").count() == 1
    assert "Opted out" in sam.get(f"/contacts/{one.pk}/preferences/").content.decode()


def test_the_list_pages_by_key_both_ways_without_losing_or_doubling(people: People, as_: SignIn) -> None:
    contacts(60, owner=people.sam)
    contacts(60, owner=people.sam, next_due_by=NOW)
    sam = as_(people.sam)
    for sort in ("-added", "name", "next", "-next", "spoken"):
        pages = [read(sam, f"/contacts/?sort={sort}")]
        while pages[-1].later:
            pages.append(read(sam, pages[-1].later))
        seen = [pk for page in pages for pk in page.ids]
        assert len(pages) == 3, sort
        assert len(seen) == len(set(seen)) == 120, sort
        assert read(sam, pages[2].earlier).ids == pages[1].ids, sort
        assert read(sam, pages[1].earlier).ids == pages[0].ids, sort


@dataclass(frozen=True)
class Listed:
    """A page of the list: whom it shows, and where it leads."""

    ids: list[str]
    earlier: str
    later: str


def read(browser: Client, address: str) -> Listed:
    """Open a page of the list."""
    page = browser.get(address).content.decode()
    links = {
        rel: "/contacts/" + html.unescape(href) for href, rel in re.findall(r'href="([^"]*)" rel="(prev|next)"', page)
    }
    return Listed(re.findall(r'id="row-(\d+)"', page), links.get("prev", ""), links.get("next", ""))


@pytest.mark.parametrize(
    "query",
    [
        "lifecycle=nobody",
        "owner=abc",
        "country=xx1",
        "added_from=soon",
        "tag=%00",
        "after=forged",
        "sort=nothing",
        "columns=zzz",
        "custom.none=1",
    ],
)
def test_a_list_that_cannot_be_read_says_so(query: str, people: People, as_: SignIn) -> None:
    assert as_(people.sam).get(f"/contacts/?{query}").status_code == 200


def test_the_pages_cost_the_same_queries_for_one_contact_and_for_fifty(
    people: People, as_: SignIn, django_assert_max_num_queries: Any
) -> None:
    contacts(50, owner=people.sam)
    made = make_tag("a")
    tag(Contact.objects.all(), add=[made.pk], by=None, now=NOW)
    sam = as_(people.sam)
    sam.get("/contacts/")
    with django_assert_max_num_queries(11):
        sam.get("/contacts/")
    one = Contact.objects.first()
    assert one is not None
    with django_assert_max_num_queries(15):
        sam.get(f"/contacts/{one.pk}/")


def test_a_view_is_saved_and_shown(people: People, as_: SignIn) -> None:
    sam = as_(people.sam)
    sam.post("/contacts/views/", {"name": "My leads", "query": "lifecycle=new&owner=me"})
    page = sam.get("/contacts/?lifecycle=new&owner=me").content.decode()
    assert "My leads" in page
    assert "My leads" not in as_(people.noor).get("/contacts/").content.decode()
