"""What pages do to one follow-up, who may, and what happens when something is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from crm.models import Lifecycle, User
from followups import transitions
from followups.due import Due
from followups.models import FollowUp, FollowUpTemplate
from tests.factories import NOW, contact, followup, kind, only
from tests.followups.pages import text
from tests.people import People

pytestmark = pytest.mark.usefixtures("at_now")
SignIn = Callable[[User], Client]


def said(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def undo_of(answer: Any) -> str:
    tags = [
        message.extra_tags for message in get_messages(answer.wsgi_request) if "undo:" in (message.extra_tags or "")
    ]
    return tags[-1].removeprefix("undo:")


@pytest.fixture
def call(people: People) -> FollowUp:
    """A call of Sam to a lead of his, an hour late."""
    return followup(contact(owner=people.sam), people.sam, subject="Call Maria", due=Due(at=NOW - timedelta(hours=1)))


def state(one: FollowUp) -> FollowUp:
    return FollowUp.objects.get(pk=one.pk)


# --- One at a time ---------------------------------------------------------------------------------


def test_completing_takes_two_clicks_and_can_be_undone(people: People, as_: SignIn, call: FollowUp) -> None:
    client = as_(people.sam)
    assert 'value="spoke"' in text(client.get(f"/followups/{call.pk}/complete/"))
    answer = client.post(f"/followups/{call.pk}/complete/", {"outcome": "spoke", "next": "/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert said(answer) == ["Completed “Call Maria” · spoke"]
    assert state(call).status == "completed"
    assert client.post(undo_of(answer)).status_code == 302
    assert state(call).status == "pending"


def test_one_click_completes_as_done_and_one_click_snoozes_to_tomorrow(
    people: People, as_: SignIn, call: FollowUp
) -> None:
    client = as_(people.sam)
    client.post(f"/followups/{call.pk}/snooze/")
    assert state(call).snoozed_until == NOW.replace(day=3)  # tomorrow at nine, Sam's zone is UTC
    client.post(f"/followups/{call.pk}/complete/")
    assert state(call).outcome
    assert state(call).outcome.slug == "done"


def test_completing_makes_what_was_chosen_to_come_next(people: People, as_: SignIn, call: FollowUp) -> None:
    template = FollowUpTemplate.objects.get(name="Second attempt")
    as_(people.sam).post(f"/followups/{call.pk}/complete/", {"outcome": "no_answer", "then": template.pk})
    made = FollowUp.objects.exclude(pk=call.pk).get()
    assert (made.subject, made.contact_id, made.assignee) == ("Try Maria again", call.contact_id, people.sam)
    assert made.due_at == (NOW + timedelta(days=1)).replace(hour=10)


def test_something_else_next_leads_to_the_form_for_the_same_client(people: People, as_: SignIn, call: FollowUp) -> None:
    answer = as_(people.sam).post(f"/followups/{call.pk}/complete/", {"outcome": "spoke", "then": "other"})
    assert answer["Location"].startswith(f"/followups/new/?contact={call.contact_id}")


def test_the_focus_page_completes_and_shows_the_next(people: People, as_: SignIn, call: FollowUp) -> None:
    followup(contact("Elena", owner=people.sam), people.sam, subject="Check in", due=Due(at=NOW + timedelta(hours=2)))
    client = as_(people.sam)
    plain = client.post(f"/focus/{call.pk}/done/", {"outcome": "spoke", "version": call.version})
    assert plain["Location"] == "/focus/"
    transitions.reopen(only(call), by=people.sam, now=NOW)
    swapped = client.post(
        f"/focus/{call.pk}/done/", {"outcome": "spoke"}, headers={"HX-Request": "true", "HX-Target": "div#focus"}
    )
    assert "Elena" in text(swapped)
    assert "Completed “Call Maria”" in text(swapped)
    assert "<html" not in text(swapped)


def test_the_focus_page_asks_for_an_outcome_and_keeps_what_was_typed(
    people: People, as_: SignIn, call: FollowUp
) -> None:
    answer = as_(people.sam).post(f"/focus/{call.pk}/done/", {"notes": "Ask about June"})
    assert answer.status_code == 422
    assert "Choose how it went." in text(answer)
    assert "Ask about June" in text(answer)


def test_three_attempts_in_vain_suggest_to_let_the_lead_go(people: People, as_: SignIn) -> None:
    jonas = contact("Jonas", owner=people.sam, lifecycle=Lifecycle.WORKING)
    client = as_(people.sam)
    for number in range(3):
        one = followup(jonas, people.sam, subject=f"Try {number}")
        answer = client.post(f"/followups/{one.pk}/complete/", {"outcome": "no_answer"})
    assert any("3 attempts in a row" in words for words in said(answer))
    assert "Three attempts in a row without an answer" in text(client.get(f"/contacts/{jonas.pk}/followups/"))


def test_rescheduling_delegating_cancelling_pinning_starting_and_deleting(
    people: People, as_: SignIn, call: FollowUp
) -> None:
    client, here = as_(people.mara), f"/followups/{call.pk}"
    client.post(f"{here}/reschedule/", {"day": "2026-03-09", "time": "15:00"})
    assert state(call).due_at == NOW.replace(day=9, hour=15)
    client.post(f"{here}/delegate/", {"to": people.noor.pk, "because": "Speaks Arabic"})
    assert (state(call).assignee, state(call).assigned_because) == (people.noor, "Speaks Arabic")
    client.post(f"{here}/start/")
    client.post(f"{here}/pin/", {"pinned": "yes"})
    client.post(f"{here}/priority/", {"priority": "urgent"})
    assert (state(call).status, state(call).pinned, state(call).priority) == ("in_progress", True, "urgent")
    client.post(f"{here}/cancel/", {"reason": "Enrolled elsewhere"})
    assert state(call).cancel_reason == "Enrolled elsewhere"
    client.post(f"{here}/reopen/")
    answer = client.post(f"{here}/delete/", {"next": f"{here}/"})
    assert answer["Location"] == "/followups/"
    assert state(call).deleted_at
    client.post(undo_of(answer))
    assert state(call).deleted_at is None


def test_the_delegate_page_shows_what_each_person_carries(people: People, as_: SignIn, call: FollowUp) -> None:
    followup(contact(), people.noor)
    assert "1 of 20 open" in text(as_(people.sam).get(f"/followups/{call.pk}/delegate/"))


def test_a_quick_note_lands_on_the_contact(people: People, as_: SignIn, call: FollowUp) -> None:
    client = as_(people.sam)
    client.post(f"/followups/{call.pk}/note/", {"body": "Likes tea"})
    assert call.contact.notes.get().text == "Likes tea"
    assert said(client.post(f"/followups/{call.pk}/note/", {"body": " "}))[-1] == "Write something first."


def test_htmx_gets_the_changed_row_and_the_words_only(people: People, as_: SignIn, call: FollowUp) -> None:
    answer = as_(people.sam).post(
        f"/followups/{call.pk}/complete/", {"outcome": "spoke"}, headers={"HX-Request": "true"}
    )
    page = text(answer)
    assert f'id="todo-{call.pk}"' in page
    assert "todo done" in page
    assert "/undo/" in page
    assert "<html" not in page


def test_a_fragment_is_what_the_page_includes(people: People, as_: SignIn, call: FollowUp) -> None:
    client, address = as_(people.sam), f"/contacts/{call.contact_id}/followups/"
    fragment = text(client.get(address, headers={"HX-Request": "true"}))
    assert "<html" not in fragment
    assert fragment.strip()[:200] in text(client.get(address))


# --- Something is wrong ----------------------------------------------------------------------------


def test_a_double_click_makes_one_follow_up_and_other_words_another(people: People, as_: SignIn) -> None:
    maria, sam = contact("Maria", owner=people.sam), as_(people.sam)
    tab = text(sam.get(f"/contacts/{maria.pk}/followups/"))
    once = re.findall(r'name="once" value="(\w+)"', tab)[0]
    form = {"contact": maria.pk, "subject": "Call her", "type": kind().pk, "priority": "medium", "day": "2030-05-01"}
    form |= {"assignee": people.sam.pk, "once": once}
    first, second = (sam.post("/followups/new/", form)["Location"] for _ in range(2))
    assert first == second
    sam.post("/followups/new/", form | {"subject": "Went back and typed this"})
    assert sorted(FollowUp.objects.values_list("subject", flat=True)) == ["Call her", "Went back and typed this"]


def test_a_double_click_changes_nothing_more_and_says_so_calmly(people: People, as_: SignIn, call: FollowUp) -> None:
    client = as_(people.sam)
    client.post(f"/followups/{call.pk}/complete/", {"outcome": "spoke"})
    version = state(call).version
    answer = client.post(f"/followups/{call.pk}/complete/", {"outcome": "spoke"})
    assert answer.status_code == 302
    assert state(call).version == version
    assert "already completed" in said(answer)[-1]


def test_a_stale_page_overwrites_nothing_and_keeps_what_was_typed(people: People, as_: SignIn, call: FollowUp) -> None:
    client = as_(people.sam)
    form = {
        "subject": "My words",
        "day": "2026-03-09",
        "type": kind().pk,
        "priority": "medium",
        "version": call.version,
    }
    transitions.edit(only(call), by=people.mara, now=NOW, subject="Her words")
    answer = client.post(f"/followups/{call.pk}/edit/", form)
    page = text(answer)
    assert answer.status_code == 409
    assert state(call).subject == "Her words"
    assert "My words" in page
    assert "Her words" in page
    assert "Somebody changed this meanwhile" in page
    again = client.post(f"/followups/{call.pk}/edit/", form | {"version": state(call).version})
    assert again.status_code == 302
    assert state(call).subject == "My words"


def test_a_stale_completion_and_a_stale_date_are_shown_beside_what_is(
    people: People, as_: SignIn, call: FollowUp
) -> None:
    old = call.version
    transitions.pin(only(call), by=people.mara, now=NOW)
    client = as_(people.sam)
    done = client.post(f"/followups/{call.pk}/complete/", {"outcome": "spoke", "notes": "Kept words", "version": old})
    assert done.status_code == 409
    assert "Kept words" in text(done)
    assert state(call).status == "pending"
    moved = client.post(f"/followups/{call.pk}/reschedule/", {"day": "2026-04-01", "version": old})
    assert moved.status_code == 409
    assert "2026-04-01" in text(moved)
    focused = client.post(f"/focus/{call.pk}/done/", {"outcome": "spoke", "notes": "Kept words", "version": old})
    assert focused.status_code == 409
    assert "Kept words" in text(focused)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"subject": ""}, "Say in a few words what is to be done."),
        ({"subject": "x" * 300}, "That subject has 300 letters; 200 fit."),
        ({"day": "99999-01-01"}, "A due date lies between"),
        ({"day": "9999-12-31"}, "A due date lies between"),
        ({"day": "tomorrow"}, "is not a date"),
        ({"day": ""}, "This field is required."),
        ({"time": "25:00"}, "is not a date"),
        ({"zone": "Mars/Phobos"}, "is not a time zone"),
        ({"assignee": "999999"}, "Choose a colleague who can hold follow-ups."),
        ({"assignee": "x"}, "Choose a colleague who can hold follow-ups."),
        ({"type": "999"}, "Select a valid choice"),
        ({"priority": "extreme"}, "Select a valid choice"),
        ({"contact": "999999"}, "Choose the client or the partner whom it is for."),
        ({"contact": ""}, "Choose the client or the partner whom it is for."),
        ({"group": "g" * 90}, "A group"),
        ({"own_reminders": "on", "remind_day": "99999-01-01"}, "A due date lies between"),
    ],
)
def test_bad_input_is_said_in_place_and_nothing_typed_is_lost(
    people: People, as_: SignIn, wrong: dict[str, str], sentence: str
) -> None:
    maria = contact(owner=people.sam)
    good = {
        "contact": maria.pk,
        "subject": "Call about the visa",
        "day": "2026-03-09",
        "type": kind().pk,
        "priority": "high",
        "description": "Typed words",
        "assignee": people.sam.pk,
    }
    answer = as_(people.sam).post("/followups/new/", good | wrong)
    assert answer.status_code == 422, text(answer)[-2000:]
    page = text(answer).replace("&#x27;", "'").replace("&#39;", "'")
    assert sentence in page
    assert "Typed words" in page
    assert not FollowUp.objects.exists()


def test_right_to_left_words_and_a_nul_are_stored_whole_and_clean(people: People, as_: SignIn) -> None:
    maria = contact(owner=people.sam)
    form = {"contact": maria.pk, "subject": "اتصل بمريم", "day": "2026-03-09", "type": kind().pk, "priority": "low"}
    as_(people.sam).post("/followups/new/", form)
    assert FollowUp.objects.get().subject == "اتصل بمريم"
    answer = as_(people.sam).post("/followups/new/", form | {"subject": "a\0b"})
    assert answer.status_code == 422
    assert FollowUp.objects.count() == 1


def test_markup_in_words_is_shown_and_not_run(people: People, as_: SignIn) -> None:
    one = followup(
        contact("<b>Eve</b>", owner=people.sam), people.sam, subject="<script>alert(1)</script>", due=Due(at=NOW)
    )
    client = as_(people.sam)
    for address in ("/", "/focus/", "/followups/", f"/followups/{one.pk}/", f"/followups/{one.pk}/complete/"):
        page = text(client.get(address))
        assert "<script>alert" not in page, address
        assert "<b>Eve" not in page, address


@pytest.mark.parametrize("until", ["yesterday", "own"])
def test_a_snooze_to_nowhere_is_refused_in_place(people: People, as_: SignIn, call: FollowUp, until: str) -> None:
    answer = as_(people.sam).post(
        f"/followups/{call.pk}/snooze/", {"until": until, "day": "2020-01-01", "time": "09:00"}
    )
    assert answer.status_code == 422
    assert "passed already" in text(answer)
    assert state(call).snoozed_until is None


# --- Who may ---------------------------------------------------------------------------------------

DOING = [
    "complete",
    "start",
    "snooze",
    "wake",
    "reschedule",
    "delegate",
    "cancel",
    "reopen",
    "pin",
    "priority",
    "acknowledge",
    "note",
    "edit",
]


@pytest.mark.parametrize("action", [*DOING, "delete"])
def test_an_action_asks_for_sign_in_for_the_role_and_for_a_follow_up_that_one_sees(
    people: People, as_: SignIn, call: FollowUp, action: str
) -> None:
    address = f"/followups/{call.pk}/{action}/"
    assert Client().post(address)["Location"].startswith("/accounts/login/")
    assert as_(people.vera).post(address).status_code == 403
    assert as_(people.otto).post(address).status_code == (403 if action == "delete" else 404)
    assert as_(people.ada).post(f"/followups/999999/{action}/").status_code == 404
    assert as_(people.ada).post(f"/followups/{2**70}/{action}/").status_code == 404
    assert as_(people.ada).put(address).status_code == 405
    assert state(call).version == call.version


@pytest.mark.parametrize("action", ["start", "wake", "reopen", "pin", "priority", "acknowledge", "note", "delete"])
def test_what_changes_something_is_never_done_by_looking(
    people: People, as_: SignIn, call: FollowUp, action: str
) -> None:
    assert as_(people.ada).get(f"/followups/{call.pk}/{action}/").status_code == 405


@pytest.mark.parametrize(
    "address",
    ["/", "/focus/", "/followups/", "/followups/filter/", "/followups/new/", "/followups/{pk}/", "/followups/{pk}/more/",
     "/followups/{pk}/edit/", "/followups/{pk}/complete/", "/followups/{pk}/snooze/", "/followups/{pk}/reschedule/",
     "/followups/{pk}/delegate/", "/followups/{pk}/cancel/", "/contacts/{contact}/followups/", "/settings/calendar/"],
)  # fmt: skip
def test_a_page_opens_for_who_may_and_for_nobody_else(
    people: People, as_: SignIn, call: FollowUp, address: str
) -> None:
    address = address.format(pk=call.pk, contact=call.contact_id)
    asks = any(
        word in address for word in ("new/", "more", "edit", "complete", "snooze", "reschedule", "delegate", "cancel")
    )
    assert Client().get(address).status_code == 302
    for name in ("ada", "mara", "sam"):
        assert as_(getattr(people, name)).get(address).status_code == 200, name
    assert as_(people.vera).get(address).status_code == (403 if asks else 200)
    owned = str(call.pk) in address or "contacts" in address
    assert as_(people.otto).get(address).status_code == (404 if owned else 200)
    assert as_(people.ada).delete(address).status_code == 405


def test_undo_is_ones_own_once_and_not_for_ever(people: People, as_: SignIn, call: FollowUp) -> None:
    answer = as_(people.sam).post(f"/followups/{call.pk}/complete/", {"outcome": "spoke"})
    address = undo_of(answer)
    assert said(as_(people.noor).post(address)) == ["There is nothing to take back."]
    client = as_(people.sam)
    assert client.get(address).status_code == 405
    client.post(address)
    assert said(client.post(address))[-1] == "This was already taken back."
    assert client.post(f"/undo/{2**70}/").status_code == 302
