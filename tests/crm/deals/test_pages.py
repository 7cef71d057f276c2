"""The pages of deals: what they show, what they keep, how many queries they take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from crm.contact_sets import give
from crm.deals.making import NewDeal, create_deals
from crm.deals.rows import deal_page, sort_of
from crm.models import Contact, Deal, Stage, User
from tests.crm.deals.given import deal, reason, stage
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db
SignIn = Callable[[User], Client]


def text(answer: Any) -> str:
    return str(answer.content.decode())


def many(number: int, people: People) -> list[Deal]:
    return [
        deal(f"Deal {n}", contact=contact(f"Client{n}", owner=people.sam), by=people.sam, amount=100 + n, at=at)
        for n, at in zip(range(number), ["New", "Contacted", "Negotiation"] * number, strict=False)
    ]


def test_the_board_takes_as_many_queries_for_thirty_deals_as_for_three(people: People, as_: SignIn) -> None:
    client = as_(people.sam)
    client.get("/deals/")
    counts = []
    for number in (3, 30):
        many(number, people)
        with CaptureQueriesContext(connection) as took:
            assert client.get("/deals/").status_code == 200
        counts.append(len(took))
    assert counts[0] == counts[1] <= 20


@pytest.mark.parametrize("address", ["/deals/list/", "/deals/{deal}/", "/contacts/{contact}/deals/"])
def test_other_pages_take_as_many_queries_for_many_deals(address: str, people: People, as_: SignIn) -> None:
    maria = contact(owner=people.sam)
    one = deal(contact=maria, by=people.sam)
    client, counts = as_(people.sam), []
    client.get("/deals/")
    for number in (1, 20):
        for n in range(number):
            deal(f"More {n}", contact=maria, by=people.sam, amount=5)
        with CaptureQueriesContext(connection) as took:
            assert client.get(address.format(deal=one.pk, contact=maria.pk)).status_code == 200
        counts.append(len(took))
    assert counts[0] == counts[1] <= 24


def test_a_column_sums_each_currency_by_itself(people: People, as_: SignIn) -> None:
    for amount, currency in ((100, "EUR"), (250, "EUR"), (1000, "JPY")):
        deal(by=people.sam, amount=amount, currency=currency)
    shown = text(as_(people.sam).get("/deals/"))
    assert "¥1,000 and €350.00" in shown
    assert "1,350" not in shown


def test_a_long_column_shows_fifty_and_a_way_to_the_rest(people: People, as_: SignIn) -> None:
    for n in range(53):
        deal(f"Deal {n}", by=people.sam)
    shown = text(as_(people.sam).get("/deals/"))
    assert shown.count('data-deal="') == 50
    assert "3 more" in shown


def test_the_board_is_of_one_pipeline_and_keeps_the_filters(people: People, as_: SignIn) -> None:
    clinic = deal("Knee", at="Assessment held", pipeline="Clinic intake", by=people.sam)
    deal("Visa", by=people.sam)
    shown = text(as_(people.sam).get(f"/deals/?pipeline={clinic.pipeline_id}&owner=me"))
    assert "Knee" in shown
    assert "Visa</a>" not in shown
    assert "owner=me" in shown
    assert as_(people.sam).get("/deals/?pipeline=99999").status_code == 404


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("owner=me", {"Sam’s"}),
        ("owner=nobody", {"Nobody’s"}),
        ("q=nobod", {"Nobody’s"}),
        ("quiet=yes", {"Sam’s"}),
        ("amount_from=50", {"Nobody’s"}),
        ("amount_to=50&currency=eur", {"Sam’s"}),
        ("expected=past", {"Nobody’s"}),
        ("status=won", set()),
        ("q=", {"Sam’s", "Nobody’s"}),
    ],
)
def test_filters_narrow_the_list(query: str, found: set[str], people: People, as_: SignIn) -> None:
    now = timezone.now()
    deal("Sam’s", by=people.sam, amount=10, stage_since=now - timedelta(days=9))
    deal("Nobody’s", amount=90, now=now, expected_on=(now - timedelta(days=3)).date())
    shown = text(as_(people.ada if "me" not in query else people.sam).get(f"/deals/list/?{query}"))
    assert {name for name in ("Sam’s", "Nobody’s") if name in shown} == found


@pytest.mark.parametrize(
    "query",
    ["owner=x", "stage=9" * 30, "quiet=maybe", "amount_from=lots", "currency=XXQ", "status=gone", "pipeline=-1"],
)
def test_a_filter_that_cannot_be_read_says_so_and_shows_nothing(query: str, people: People, as_: SignIn) -> None:
    deal("Secret", by=people.sam)
    shown = text(as_(people.sam).get(f"/deals/list/?{query}"))
    assert "cannot be shown" in shown
    assert "Secret" not in shown


@pytest.mark.parametrize(
    "query", ["q=%00", "q=" + "x" * 5000, "sort=nonsense", "after=forged", "columns=1", "q=%27%3B--"]
)
def test_odd_addresses_are_answered(query: str, people: People, as_: SignIn) -> None:
    for page in ("/deals/", "/deals/list/"):
        assert as_(people.ada).get(f"{page}?{query}").status_code == 200


@pytest.mark.parametrize(
    "order", ["amount", "-amount", "expected", "-expected", "name", "stage", "-closed", "owner", "-changed"]
)
def test_every_order_reads_page_after_page_and_misses_nobody(order: str, people: People) -> None:
    rows = [
        NewDeal(
            name=f"Deal {n:02}",
            stage_id=stage().pk,
            amount=None if n % 3 else n,
            expected_on=None if n % 4 else "2026-05-01",
        )
        for n in range(60)
    ]
    create_deals(rows, by=people.sam, now=NOW)
    first = deal_page(Deal.objects.alive(), sort_of(order), people.sam, NOW)
    second = deal_page(Deal.objects.alive(), sort_of(order), people.sam, NOW, after=first.later)
    back = deal_page(Deal.objects.alive(), sort_of(order), people.sam, NOW, before=second.earlier)
    names = [row["name"] for row in (*first.rows, *second.rows)]
    assert len(set(names)) == len(names) == 60
    assert [row["name"] for row in back.rows] == names[:50]


def test_a_new_deal_is_made_once_however_often_it_is_sent(people: People, as_: SignIn) -> None:
    client, maria = as_(people.sam), contact(owner=people.sam)
    assert f'<option value="{maria.pk}" selected>' in text(client.get(f"/deals/new/?contact={maria.pk}"))
    said = {
        "name": "Visa",
        "amount": "1,200",
        "currency": "EUR",
        "stage_id": stage().pk,
        "contact_id": maria.pk,
        "once": "abc",
    }
    first, second = client.post("/deals/new/", said), client.post("/deals/new/", said)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert [one.contact for one in Deal.objects.all()] == [maria]


def test_what_was_typed_is_kept_when_it_cannot_be_stored(people: People, as_: SignIn) -> None:
    answer = as_(people.sam).post(
        "/deals/new/", {"name": "Visa <b>", "amount": "lots", "currency": "EUR", "stage_id": stage().pk}
    )
    assert answer.status_code == 422
    assert 'value="Visa &lt;b&gt;"' in text(answer)
    assert 'value="lots"' in text(answer)
    assert not Deal.objects.exists()


def test_somebody_elses_change_is_shown_beside_ones_own(people: People, as_: SignIn) -> None:
    one = deal(by=people.sam)
    Deal.objects.update(name="Theirs", version=5)
    answer = as_(people.sam).post(f"/deals/{one.pk}/edit/", {"name": "Mine", "currency": "EUR", "version": "1"})
    assert answer.status_code == 409
    assert "now “Theirs”, yours “Mine”" in text(answer)


def test_the_form_asks_before_a_number_changes_its_currency(people: People, as_: SignIn) -> None:
    one = deal(by=people.sam, amount=1200, currency="EUR")
    said = {"name": one.name, "amount": "1200", "currency": "JPY", "version": "1", "owner_id": people.sam.pk}
    asked = as_(people.sam).post(f"/deals/{one.pk}/edit/", said)
    assert asked.status_code == 422
    assert "number_meant" in text(asked)
    assert as_(people.sam).post(f"/deals/{one.pk}/edit/", said | {"number_meant": "on"}).status_code == 302
    assert Deal.objects.get().currency == "JPY"


def test_moving_works_without_scripts_and_offers_to_take_it_back(people: People, as_: SignIn) -> None:
    one, client = deal(by=people.sam), as_(people.sam)
    assert f'value="{stage("Qualified").pk}.1"' in text(client.get(f"/deals/{one.pk}/move/"))
    answer = client.post(f"/deals/{one.pk}/move/", {"to": f"{stage('Qualified').pk}.1", "next": "/deals/"}, follow=True)
    assert answer.redirect_chain[0][0] == "/deals/"
    assert "/undo/" in text(answer)
    assert Deal.objects.get().stage.name == "Qualified"


def test_moving_what_somebody_moved_first_says_so(people: People, as_: SignIn) -> None:
    one = deal(by=people.sam)
    Deal.objects.update(version=4)
    answer = as_(people.sam).post(f"/deals/{one.pk}/move/", {"to": f"{stage('Qualified').pk}.1"}, follow=True)
    assert "meanwhile" in text(answer)
    assert Deal.objects.get().stage.name == "New"


@pytest.mark.parametrize("to", ["", "x", "0", "99999999999999999999", "-1.x", "\x00"])
def test_a_stage_that_is_not_there_moves_nothing(to: str, people: People, as_: SignIn) -> None:
    one = deal(by=people.sam)
    assert as_(people.sam).post(f"/deals/{one.pk}/move/", {"to": to}).status_code == 302
    assert Deal.objects.get().version == 1


def test_moving_to_lost_asks_why_first(people: People, as_: SignIn) -> None:
    one, client = deal(by=people.sam), as_(people.sam)
    asked = client.post(f"/deals/{one.pk}/move/", {"to": str(stage("Lost").pk)}, follow=True)
    assert "Why it was lost" in text(asked)
    refused = client.post(f"/deals/{one.pk}/lose/", {"note": "Too far away"})
    assert refused.status_code == 422
    assert "Too far away" in text(refused)
    client.post(f"/deals/{one.pk}/lose/", {"reason": reason().pk, "note": "Too far away"})
    one.refresh_from_db()
    assert (one.status, one.close_reason, one.close_note) == ("lost", reason(), "Too far away")


def test_winning_needs_no_reason_and_opening_again_is_one_click(people: People, as_: SignIn) -> None:
    one, client = deal(by=people.sam, at="Negotiation"), as_(people.sam)
    client.post(f"/deals/{one.pk}/win/")
    assert Deal.objects.get().status == "won"
    client.post(f"/deals/{one.pk}/reopen/")
    assert Deal.objects.get().stage.name == "Negotiation"


def test_a_reason_for_winning_is_none_for_losing(people: People, as_: SignIn) -> None:
    one = deal(by=people.sam)
    answer = as_(people.sam).post(f"/deals/{one.pk}/lose/", {"reason": reason("Best fit", "won").pk})
    assert answer.status_code == 422


def test_agents_see_their_own_deals_and_those_of_their_contacts(people: People, as_: SignIn) -> None:
    maria = contact(owner=people.noor)
    deal("Shared", contact=maria, by=people.sam)
    deal("Hidden", by=people.otto)
    for person, sees in ((people.sam, True), (people.noor, True), (people.otto, False)):
        assert ("Shared" in text(as_(person).get("/deals/"))) is sees
    give(Contact.objects.all(), to=people.otto, by=None, now=timezone.now())
    assert "Shared" in text(as_(people.otto).get("/deals/list/"))


def test_a_viewer_is_shown_no_way_to_move(people: People, as_: SignIn) -> None:
    one = deal(by=people.sam)
    shown = text(as_(people.vera).get("/deals/"))
    assert one.name in shown
    assert "/move/" not in shown
    assert "board.js" not in shown


def test_the_export_is_safe_from_formulas_and_holds_what_was_asked_for(people: People, as_: SignIn) -> None:
    deal("=1+1", by=people.sam, amount=10, currency="EUR")
    deal("Other", by=people.sam, at="Lost")
    answer = as_(people.mara).get("/deals/export/?status=open")
    rows = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]  # a streamed answer
    assert "'=1+1" in rows
    assert "Other" not in rows
    book = as_(people.mara).get("/deals/export/?format=xlsx")
    assert b"".join(book.streaming_content).startswith(b"PK")  # type: ignore[attr-defined]
    book.close()


def test_the_page_of_a_deal_without_contact_shows_its_timeline(people: People, as_: SignIn) -> None:
    one = deal("Alone", by=people.otto)
    assert "Deal “Alone” in New" in text(as_(people.otto).get(f"/deals/{one.pk}/"))
    assert as_(people.sam).get(f"/deals/{one.pk}/").status_code == 404
    assert as_(people.ada).get(f"/deals/{2**70}/").status_code == 404


def test_a_deleted_contacts_deals_are_out_of_sight(people: People, as_: SignIn) -> None:
    one = deal("Vanished", contact=contact(), by=people.sam)
    Contact.objects.update(deleted_at=timezone.now())
    assert as_(people.sam).get(f"/deals/{one.pk}/").status_code == 404
    assert "Vanished" not in text(as_(people.sam).get("/deals/"))


def test_a_stage_put_away_still_shows_the_deals_in_it(people: People, as_: SignIn) -> None:
    deal("Stranded", by=people.sam)
    Stage.objects.filter(name="New").update(archived_at=timezone.now())
    assert "Stranded" in text(as_(people.sam).get("/deals/"))
