"""What the pages show, to whom, and at what cost."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from crm.models import Absence, Note, Role, SavedView, Tag, User
from followups import transitions
from followups.access import followups_for
from followups.creating import create
from followups.due import Due
from followups.models import FollowUp
from followups.reminder_plans import ReminderPlan
from tests.factories import NOW, contact, contacts, followup, new_followup, only
from tests.followups.pages import queries, text
from tests.people import People

pytestmark = pytest.mark.usefixtures("at_now")
SignIn = Callable[[User], Client]


def fill(people: People, number: int) -> None:
    """So many open follow-ups of Sam around today, on contacts of his."""
    theirs = contacts(max(1, number // 5), owner=people.sam, team=people.visa)
    create(
        [
            new_followup(theirs[i % len(theirs)], people.sam, due=Due(at=NOW + timedelta(hours=i % 200 - 60)))
            for i in range(number)
        ],
        by=people.mara,
        now=NOW,
    )


@pytest.mark.parametrize(
    "address", ["/", "/focus/", "/followups/", "/followups/?due=overdue&sort=-priority", "/?of=team"]
)
def test_a_page_takes_no_more_queries_however_many_rows(people: People, as_: SignIn, address: str) -> None:
    """A short list is read in fewer steps than one that needs pages; past that nothing grows."""
    client = as_(people.mara if "team" in address else people.sam)
    counts = []
    for number in (0, 50, 450, 500):
        if number:
            fill(people, number)
        counts.append(queries(client, address))
    assert counts[0] <= counts[1] <= counts[2] == counts[3], counts
    assert counts[3] - counts[1] <= 2, counts
    assert counts[3] <= 22, counts


def test_the_contact_tab_and_the_record_take_a_fixed_number_of_queries(people: People, as_: SignIn) -> None:
    maria = contact(owner=people.sam)
    client = as_(people.sam)
    first = followup(maria, people.sam)
    few = queries(client, f"/contacts/{maria.pk}/followups/"), queries(client, f"/followups/{first.pk}/")
    for _ in range(30):
        followup(maria, people.sam)
    assert (queries(client, f"/contacts/{maria.pk}/followups/"), queries(client, f"/followups/{first.pk}/")) == few


def test_the_dashboard_greets_and_says_what_to_do_next_and_why(people: People, as_: SignIn) -> None:
    jonas = contact(
        "Jonas", last_name="Weber", owner=people.sam, phone="+4915112345678", source="website", created_at=NOW
    )
    followup(
        contact("Ahmed", owner=people.sam),
        people.sam,
        subject="Send checklist",
        priority="urgent",
        due=Due(at=NOW - timedelta(days=2)),
    )
    followup(
        jonas,
        people.sam,
        subject="Initial contact",
        priority="urgent",
        speed_to_lead=True,
        due=Due(at=NOW + timedelta(minutes=3)),
    )
    page = text(as_(people.sam).get("/"))
    assert "Good morning, Sam" in page
    assert "2 to do today, about 30 min" in page
    assert "the clock runs out in 3 min" in page
    assert 'href="tel:+4915112345678"' in page
    assert "in 3 min" in page
    assert "2 days late" in page
    assert "new lead from website, just now" in page


def test_an_empty_day_teaches_instead_of_staying_blank(people: People, as_: SignIn) -> None:
    page = text(as_(people.sam).get("/"))
    assert "Nothing is due" in page
    assert "/followups/new/" in page
    assert "No follow-ups yet" in text(as_(people.sam).get("/followups/"))
    assert "Nothing is due today" in text(as_(people.sam).get("/focus/"))


def test_a_snoozed_one_stays_out_of_the_way(people: People, as_: SignIn) -> None:
    one = followup(contact(owner=people.sam), people.sam, subject="Quiet one", due=Due(at=NOW - timedelta(hours=1)))
    transitions.snooze(only(one), by=people.sam, now=NOW, until=NOW + timedelta(days=1))
    client = as_(people.sam)
    assert "Quiet one" not in text(client.get("/"))
    assert "Quiet one" not in text(client.get("/focus/"))
    assert "Snoozed" in text(client.get("/followups/"))


def test_a_manager_looks_at_the_team_and_at_one_person_but_not_at_another_team(people: People, as_: SignIn) -> None:
    followup(contact("Mine", owner=people.sam), people.sam, subject="Call of Sam", due=Due(at=NOW + timedelta(hours=1)))
    followup(
        contact("Other", owner=people.otto), people.otto, subject="Call of Otto", due=Due(at=NOW + timedelta(hours=1))
    )
    mara = as_(people.mara)
    assert "Call of Sam" not in text(mara.get("/"))
    team = text(mara.get("/?of=team"))
    assert "Call of Sam" in team
    assert "Call of Otto" not in team
    assert "Figures counted" in team
    assert "The day of Sam" in text(mara.get(f"/?of={people.sam.pk}"))
    assert "Call of Otto" not in text(mara.get(f"/?of={people.otto.pk}"))
    assert "Call of Otto" not in text(as_(people.sam).get(f"/?of={people.otto.pk}"))


def test_the_dashboard_names_clients_going_quiet_and_who_is_away(people: People, as_: SignIn) -> None:
    contact("Hassan", last_name="Ali", owner=people.sam, lifecycle="client", created_at=NOW - timedelta(days=64))
    Absence.objects.create(
        user=people.sam, starts_on=NOW.date() + timedelta(days=1), ends_on=NOW.date() + timedelta(days=2)
    )
    followup(contact(owner=people.sam), people.sam, due=Due(at=NOW + timedelta(days=1)))
    page = text(as_(people.sam).get("/"))
    assert "64 days · rhythm 30" in page
    assert "nothing planned" in page
    assert "You are out from Tuesday 3 March to Wednesday 4 March with 1 follow-up due." in page


def test_the_focus_queue_shows_one_with_last_words_local_time_and_outcomes(people: People, as_: SignIn) -> None:
    maria = contact(last_name="Santos", owner=people.sam, phone="+639175554410", time_zone="Asia/Manila")
    Note.objects.create(
        contact=maria, author=people.sam, body="<p>x</p>", text="Prefers the September intake", created_at=NOW
    )
    followup(maria, people.sam, subject="Call about visa", due=Due(at=NOW - timedelta(hours=1)))
    followup(contact("Elena", owner=people.sam), people.sam, subject="Check in", due=Due(at=NOW + timedelta(hours=1)))
    page = text(as_(people.sam).get("/focus/"))
    assert "Maria Santos" in page
    assert "17:00 in Manila" in page
    assert "Prefers the September intake" in page
    assert "1 of 2" in page
    assert "1 hour late" in page
    assert 'value="spoke"' in page
    assert 'data-key="1"' in page
    assert "Next: <b>Elena</b>" in page


def test_skipping_puts_one_behind_the_rest(people: People, as_: SignIn) -> None:
    first = followup(contact("Ana", owner=people.sam), people.sam, subject="First", due=Due(at=NOW - timedelta(days=1)))
    followup(contact("Ben", owner=people.sam), people.sam, subject="Second", due=Due(at=NOW - timedelta(hours=1)))
    page = text(as_(people.sam).get(f"/focus/?skip={first.pk}"))
    assert 'class="big"' in page
    assert page.index("Ben") < page.index("Ana")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"late", "today", "far"}),
        ("due=overdue", {"late"}),
        ("due=today", {"today"}),
        ("due=week", {"today"}),
        ("due=later", {"far"}),
        ("status=completed", {"done"}),
        ("status=all", {"late", "today", "far", "done"}),
        ("assignee=me", {"late", "far"}),
        ("priority=urgent&priority=high", {"late", "today"}),
        ("type=email", {"today"}),
        ("tag=vip", {"far"}),
        ("group=September", {"late"}),
        ("q=lat", {"late"}),
        ("q=zoe", {"today"}),
        ("lead=yes", {"today"}),
        ("pinned=yes", {"far"}),
        ("due_from=2026-03-02&due_to=2026-03-03", {"late", "today"}),
        ("due=overdue&priority=low", set()),
    ],
)
def test_filters_in_the_address_narrow_the_list(people: People, as_: SignIn, query: str, found: set[str]) -> None:
    vip = Tag.objects.create(name="VIP", slug="vip")
    ana, zoe = contact("Ana", owner=people.sam), contact("Zoé", owner=people.sam)
    followup(
        ana, people.sam, subject="late", priority="urgent", group="September", due=Due(at=NOW - timedelta(hours=1))
    )
    followup(
        zoe,
        people.noor,
        subject="today",
        priority="high",
        type="email",
        speed_to_lead=True,
        due=Due(at=NOW + timedelta(hours=1)),
    )
    followup(ana, people.sam, subject="far", tag_ids=[vip.pk], pinned=True, due=Due(on=NOW.date() + timedelta(days=30)))
    done = followup(ana, people.sam, subject="done", due=Due(at=NOW - timedelta(hours=9)))
    transitions.complete(only(done), by=people.sam, now=NOW, outcome="spoke")
    page = text(as_(people.sam).get(f"/followups/?{query}"))
    assert {name for name in ("late", "today", "far", "done") if f">{name}</a>" in page} == found


def test_a_filter_that_cannot_be_read_shows_nothing_and_says_why(people: People, as_: SignIn) -> None:
    followup(contact(owner=people.sam), people.sam, subject="Here")
    for query in (
        "due=never",
        "assignee=abc",
        "due_from=99999-01-01",
        "status=%00x",
        "contact=9" + "9" * 30,
        "lead=maybe",
    ):
        answer = as_(people.sam).get(f"/followups/?{query}")
        assert answer.status_code == 200
        assert "That list cannot be shown" in text(answer), query
        assert "Here" not in text(answer), query


@pytest.mark.parametrize(
    "sort", ["due", "-due", "priority", "-priority", "subject", "-subject", "who", "assignee", "-created", "nonsense"]
)
def test_pages_by_key_show_every_row_once_forth_and_back(people: People, as_: SignIn, sort: str) -> None:
    fill(people, 120)
    client = as_(people.sam)
    seen: list[list[int]] = []
    address = f"/followups/?sort={sort}"
    pages = []
    while address:
        answer = client.get(address)
        ids = _ids(text(answer))
        seen.append(ids)
        pages.append(address)
        address = _link(text(answer), "next")
    assert [len(ids) for ids in seen] == [50, 50, 20]
    assert len({pk for ids in seen for pk in ids}) == 120
    back = client.get(_link(text(client.get(pages[2])), "prev"))
    assert _ids(text(back)) == seen[1]
    assert _link(text(client.get(_link(text(back), "prev"))), "prev") == ""


def _ids(page: str) -> list[int]:
    return [int(pk) for pk in re.findall(r'name="ids" value="(\d+)"', page)]


def _link(page: str, rel: str) -> str:
    found = re.search(rf'href="([^"]+)" rel="{rel}"', page)
    return "/followups/" + html.unescape(found[1]) if found else ""


def test_a_forged_place_in_the_pages_is_the_first_page(people: People, as_: SignIn) -> None:
    fill(people, 60)
    page = text(as_(people.sam).get("/followups/?after=forged:cursor"))
    assert len(_ids(page)) == 50


def test_columns_and_saved_views_are_kept(people: People, as_: SignIn) -> None:
    followup(contact(owner=people.sam), people.sam)
    client = as_(people.sam)
    page = text(client.get("/followups/?columns=due&columns=group"))
    assert ">Group</th>" in page
    assert ">Type</th>" not in page
    client.post("/followups/views/", {"name": "Late ones", "query": "due=overdue", "shared": "on"})
    view = SavedView.objects.get()
    assert (view.name, view.query, view.shared) == ("Late ones", "due=overdue", False)  # agents share nothing
    assert "Late ones" in text(client.get("/followups/"))
    assert f"/followups/views/{view.pk}/drop/" in text(client.get("/followups/?due=overdue"))
    assert "Late ones" not in text(as_(people.noor).get("/followups/"))
    assert as_(people.noor).post(f"/followups/views/{view.pk}/drop/").status_code == 404
    client.post(f"/followups/views/{view.pk}/drop/")
    assert not SavedView.objects.exists()


def test_the_record_shows_words_reminders_history_and_escalation(people: People, as_: SignIn) -> None:
    one = followup(
        contact(owner=people.sam),
        people.sam,
        subject="Call about visa",
        description="<p>Ask for the <b>letter</b></p>",
        reminders=[ReminderPlan(before_minutes=60)],
    )
    transitions.set_priority(only(one), by=people.sam, now=NOW, priority="urgent")
    page = text(as_(people.sam).get(f"/followups/{one.pk}/"))
    assert "<b>letter</b>" in page
    assert "1 h before" in page
    assert "is now urgent priority" in page
    assert "Urgent priority" in page


def test_a_viewer_sees_everything_and_has_no_buttons(people: People, as_: SignIn) -> None:
    one = followup(contact(owner=people.sam), people.sam, subject="Call", due=Due(at=NOW + timedelta(hours=1)))
    vera = as_(people.vera)
    for address in ("/", "/followups/", f"/followups/{one.pk}/", f"/contacts/{one.contact_id}/followups/"):
        page = text(vera.get(address))
        assert "Call" in page
        for action in ("/complete/", "/snooze/", "/delete/"):
            assert action not in page, address


def test_the_roles_see_what_is_theirs(people: People) -> None:
    one = followup(contact(owner=people.sam), people.sam)
    seen = {
        name: followups_for(getattr(people, name)).filter(pk=one.pk).exists()
        for name in ("ada", "mara", "sam", "noor", "otto", "vera")
    }
    assert seen == {"ada": True, "mara": True, "sam": True, "noor": False, "otto": False, "vera": True}
    assert people.vera.role == Role.VIEWER
    assert FollowUp.objects.count() == 1


def test_every_link_and_button_of_a_page_leads_somewhere(people: People, as_: SignIn) -> None:
    one = followup(contact(owner=people.mara, phone="+639175554410"), people.mara, due=Due(at=NOW + timedelta(hours=1)))
    client = as_(people.mara)
    ours = [
        "/",
        "/focus/",
        "/followups/",
        "/followups/new/",
        "/followups/filter/",
        f"/contacts/{one.contact_id}/followups/",
    ]
    for address in [
        *ours,
        *(f"/followups/{one.pk}/{part}" for part in ("", "more/", "edit/", "complete/", "snooze/", "delegate/")),
    ]:
        for found in set(
            re.findall(r'(?:href|action|formaction|hx-post|hx-get)="(/[^"?#]*)', text(client.get(address)))
        ):
            if found.startswith(("/followups", "/focus", "/undo")) or re.match(r"/contacts/\d+/followups/", found):
                try:
                    resolve(found)
                except Resolver404:
                    raise AssertionError(f"{address} leads to {found}") from None
        assert "followupscomplete" not in text(client.get(address))
