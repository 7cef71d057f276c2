"""The pages of partners: a list, one partner with its clients, forms that keep what was typed, links from both sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from crm.models import Contact, Partner
from crm.partners.linking import link
from crm.partners.record import clients_of
from crm.partners.rows import partner_page, sort_of
from tests.factories import NOW, contact, contacts, followup, partner
from tests.followups.pages import queries, text
from tests.people import People

As = Callable[[Any], Client]
HOSTILE = "<b>x</b>‮" + "\u200b"


def linked(who: Contact, alba: Partner, role: str = "Applies to") -> None:
    link(alba, Contact.objects.filter(pk=who.pk), role=role, by=None, now=NOW)


def test_the_list_shows_partners_with_the_clients_one_may_see(people: People, as_: As) -> None:
    alba = partner("Alba College", city="Edinburgh", person="Morag", owner_id=people.sam.pk)
    for owner in (people.sam, people.otto):
        linked(contact("Maria", owner=owner), alba)
    answer = as_(people.sam).get("/partners/")
    shown = text(answer)
    for part in ("Alba College", "Edinburgh", "Morag", 'num">1<', "Agency"):
        assert part in shown, part
    assert 'num">2<' in text(as_(people.ada).get("/partners/"))


def test_the_list_is_searched_and_narrowed(people: People, as_: As) -> None:
    partner("Alba College", kind="institution")
    partner("Bell Travel", person="Álvaro")
    sam = as_(people.sam)
    for address, there, away in (
        ("/partners/?q=alva", "Bell Travel", "Alba College"),
        ("/partners/?kind=institution", "Alba College", "Bell Travel"),
        ("/partners/?kind=planet", "Alba College", "No partner matches"),
        ("/partners/?q=zzz", "No partner matches", "Alba College"),
        ("/partners/?q=%00&sort=nothing&after=forged", "Alba College", "No partner matches"),
    ):
        shown = text(sam.get(address))
        assert there in shown, address
        assert away not in shown, address


@pytest.mark.parametrize("sort", ["name", "-name", "added", "-added", "owner", "-owner"])
def test_pages_follow_each_other_without_a_gap_in_every_order(people: People, sort: str) -> None:
    for number in range(55):
        partner(f"Partner {number:02}", owner_id=people.sam.pk if number % 3 else None)
    order, seen, after = sort_of(sort), [], ""
    while True:
        page = partner_page(Partner.objects.all(), order, people.sam, after=after)
        seen += [row["name"] for row in page.rows]
        if not page.later:
            break
        after = page.later
    back = partner_page(Partner.objects.all(), order, people.sam, before=page.earlier).rows
    assert [row["name"] for row in back] == seen[:50]
    assert len(seen) == len(set(seen)) == 55


def test_a_list_of_fifty_costs_what_one_costs(people: People, as_: As) -> None:
    sam = as_(people.sam)
    linked(contact(owner=people.sam), partner("First"))
    one = queries(sam, "/partners/")
    for number in range(30):
        linked(contact(owner=people.sam), partner(f"Partner {number}"))
    assert queries(sam, "/partners/") == one


def test_an_empty_house_says_what_belongs_here(people: People, as_: As) -> None:
    assert "No partners yet" in text(as_(people.sam).get("/partners/"))
    assert "Add the first" not in text(as_(people.vera).get("/partners/"))


def test_a_partners_page_shows_facts_clients_deals_and_history(people: People, as_: As) -> None:
    alba = partner("Alba College", phone="+441314960120", email="office@alba.edu", website="alba.edu", notes="One\nTwo")
    mine, theirs = contact("Maria", owner=people.sam), contact("Quill", owner=people.otto)
    linked(mine, alba)
    linked(theirs, alba, "Referred by")
    shown = text(as_(people.sam).get(f"/partners/{alba.pk}/"))
    for part in (
        "tel:+441314960120",
        "mailto:office@alba.edu",
        'href="https://alba.edu"',
        "Applies to",
        "Maria",
        "in London",
    ):
        assert part in shown, part
    assert "Quill" not in shown  # neither among the clients nor in the history
    assert "Referred by" not in shown


def test_a_partners_page_costs_the_same_for_many_clients(people: People, as_: As) -> None:
    alba, sam = partner(), as_(people.sam)
    linked(contact(owner=people.sam), alba)
    one = queries(sam, f"/partners/{alba.pk}/")
    link(
        alba,
        Contact.objects.filter(pk__in=[who.pk for who in contacts(40, owner=people.sam)]),
        role="",
        by=None,
        now=NOW,
    )
    assert queries(sam, f"/partners/{alba.pk}/") == one
    page = clients_of(people.sam, alba)
    following = clients_of(people.sam, alba, after=page.later)
    assert (len(page.rows), len(following.rows), following.later) == (25, 16, "")


def test_what_waits_lists_what_concerns_them_alone_and_with_a_client(people: People, as_: As) -> None:
    alba = partner()
    followup(None, people.sam, partner_id=alba.pk, subject="Ask for the fee list")
    followup(contact("Maria", owner=people.sam), people.sam, partner_id=alba.pk, subject="Send the transcript")
    followup(contact("Quill", owner=people.otto), people.otto, partner_id=alba.pk, subject="Not Sam's")
    with time_machine.travel(NOW, tick=False):
        shown = text(as_(people.sam).get(f"/partners/{alba.pk}/followups/"))
    assert "Ask for the fee list" in shown
    assert "Maria" in shown
    assert "Not Sam" not in shown
    assert "Nothing waits" in text(as_(people.sam).get(f"/partners/{partner('Bell').pk}/followups/"))


def test_a_new_partner_is_stored_once_however_often_one_clicks(people: People, as_: As) -> None:
    sam = as_(people.sam)
    said = {"name": "Alba College", "kind": "institution", "once": "n1", "phone": "+44 131 496 0120"}
    first, second = sam.post("/partners/new/", said), sam.post("/partners/new/", said)
    alba = Partner.objects.get()
    assert (first.status_code, second.status_code) == (302, 302)
    assert first.url == second.url == f"/partners/{alba.pk}/"  # type: ignore[attr-defined]
    assert (alba.kind, alba.phone, alba.created_by) == ("institution", "+441314960120", people.sam)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "needs a name"),
        ({"name": "x" * 10_000}, "at most 200"),
        ({"name": "Alba", "email": "x"}, "not an e-mail"),
        ({"name": "Alba", "kind": "planet"}, "not one of the available choices"),
        ({"name": "Alba", "owner_id": "999999999999999999999"}, "not one of the available choices"),
        ({"name": "bell college"}, "Open Bell College"),
    ],
)
def test_what_was_typed_is_kept_with_the_reason(people: People, as_: As, wrong: dict[str, str], words: str) -> None:
    partner("Bell College")
    answer = as_(people.sam).post("/partners/new/", {"kind": "agency", "city": "Perth <i>", **wrong})
    assert answer.status_code == 422
    assert words in text(answer)
    assert "Perth &lt;i&gt;" in text(answer)


def test_a_change_meanwhile_is_shown_and_nothing_is_lost(people: People, as_: As) -> None:
    alba = partner(city="Edinburgh")
    Partner.objects.filter(pk=alba.pk).update(city="Glasgow", version=2)
    answer = as_(people.sam).post(
        f"/partners/{alba.pk}/edit/", {"name": "Alba College", "kind": "agency", "city": "Perth", "version": "1"}
    )
    assert answer.status_code == 409
    assert "now “Glasgow”, yours “Perth”" in text(answer)


def test_a_client_is_linked_and_taken_off_from_either_page(people: People, as_: As) -> None:
    alba, maria, sam = partner(), contact("Maria", owner=people.sam), as_(people.sam)
    sam.post(f"/partners/{alba.pk}/link/", {"contact": str(maria.pk), "role": "Applies to"})
    assert "Applies to" in text(sam.get(f"/contacts/{maria.pk}/"))
    back = f"/contacts/{maria.pk}/"
    answer = sam.post(f"/partners/{alba.pk}/unlink/", {"contact": str(maria.pk), "next": back})
    assert (answer.url, alba.links.count()) == (back, 0)  # type: ignore[attr-defined]
    sam.post(f"/contacts/{maria.pk}/partners/", {"partner": str(alba.pk), "role": HOSTILE})
    shown = text(sam.get(f"/contacts/{maria.pk}/"))
    assert "Alba College" in shown
    assert "<b>x</b>" not in shown


@pytest.mark.parametrize("chosen", ["", "x", "0", "99999999999999999999999", "quill"])
def test_nobody_is_linked_whom_one_may_not_see(people: People, as_: As, chosen: str) -> None:
    alba, quill = partner(), contact("Quill", owner=people.otto)
    wanted = str(quill.pk) if chosen == "quill" else chosen
    answer = as_(people.sam).post(f"/partners/{alba.pk}/link/", {"contact": wanted})
    assert answer.status_code == 422
    assert "Choose the client." in text(answer)
    assert not alba.links.exists()


def test_deleting_offers_to_take_it_back(people: People, as_: As) -> None:
    alba, sam = partner(), as_(people.sam)
    shown = text(sam.post(f"/partners/{alba.pk}/delete/", follow=True))
    assert "Deleted Alba College" in shown
    assert "/undo/" in shown
    assert sam.get(f"/partners/{alba.pk}/").status_code == 404
    sam.post(f"/partners/{alba.pk}/restore/")
    assert sam.get(f"/partners/{alba.pk}/").status_code == 200


def test_a_follow_up_is_planned_from_a_partners_page(people: People, as_: As) -> None:
    alba, sam = partner(), as_(people.sam)
    with time_machine.travel(NOW, tick=False):
        asked = text(sam.get(f"/followups/new/?partner={alba.pk}"))
        assert f'<option value="{alba.pk}" selected>Alba College</option>' in asked
        answer = sam.post(
            "/followups/new/",
            {"partner": str(alba.pk), "contact": "", "subject": "Ask {{ partner.name }}", "day": "2026-03-05",
             "type": "1", "priority": "medium", "assignee": str(people.sam.pk)},
            follow=True,
        )  # fmt: skip
    assert "Added “Ask Alba College” for Alba College" in text(answer)


def test_the_picker_finds_partners_by_their_words(people: People, as_: As) -> None:
    alba, sam = partner("Alba College", city="Edinburgh"), as_(people.sam)
    found = sam.get("/followups/partners/?q=edinb").json()
    assert [(one["value"], one["label"]) for one in found] == [(str(alba.pk), "Alba College")]
    assert sam.get("/followups/partners/").json()[0]["label"] == "Alba College"
