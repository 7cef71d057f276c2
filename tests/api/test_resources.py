"""Contacts, follow-ups, messages and lists over the API: what can be done, seen, and refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from crm.models import Consent, Contact, Event, Note, Tag, User
from followups.models import FollowUp
from messaging.models import Message
from messaging.notices import Notice, tell
from tests.api.calling import Api, api_of
from tests.factories import contact, followup
from tests.people import People

#: The keys that the contract fixes for a follow-up.
KEYS = {
    *("id", "contact", "partner", "subject", "description", "type", "priority", "status", "due_at", "assignee"),
    *("creator", "tags", "pinned", "outcome", "completion_notes", "completed_at", "missed_at", "recurrence"),
    *("reminders", "priority_score", "links", "version", "created_at", "updated_at"),
}


@pytest.fixture
def sams(people: People) -> Api:
    return api_of(people.sam)


@pytest.fixture
def maria(people: People) -> Contact:
    return contact("Maria", owner=people.sam, last_name="Santos")


def due() -> str:
    return (timezone.now() + timedelta(days=2)).isoformat()


def made(api: Api, maria: Contact, **fields: Any) -> dict[str, Any]:
    answer = api.post("/followups", {"contact": maria.pk, "subject": "Call Maria", "due_at": due()} | fields)
    assert answer.status_code == 201, answer.content
    return answer.json()


def test_a_contact_is_added_read_changed_and_deleted(people: People) -> None:
    api = api_of(people.mara)
    answer = api.post(
        "/contacts",
        {"first_name": "Ana", "email": " ANA@Example.org ", "phone": "+39 06 1234 5678", "country": "Italy"},
    )
    assert answer.status_code == 201
    ana = answer.json()
    assert (ana["email"], ana["phone"], ana["country"], ana["version"]) == ("ana@example.org", "+390612345678", "IT", 1)
    changed = api.patch(f"/contacts/{ana['id']}", {"city": "Rome", "version": 1})
    assert (changed.status_code, changed.json()["city"], changed.json()["version"]) == (200, "Rome", 2)
    stale = api.patch(f"/contacts/{ana['id']}", {"city": "Milan", "version": 1})
    assert (stale.status_code, stale.json()["current"]["city"]) == (409, "Rome")
    assert api.delete(f"/contacts/{ana['id']}").status_code == 204
    assert api.get(f"/contacts/{ana['id']}").status_code == 404


def test_a_second_contact_with_the_same_address_names_the_first_only_to_who_may_see_it(people: People) -> None:
    ana = contact("Ana", email="ana@example.org", owner=people.sam)
    body = {"first_name": "Ana", "email": "ana@example.org"}
    assert api_of(people.sam).post("/contacts", body).json()["same_as"] == ana.pk
    assert "same_as" not in api_of(people.otto).post("/contacts", body).json()


def test_contacts_are_found_by_words_filters_and_flags(people: People, maria: Contact) -> None:
    contact("Ben", owner=people.noor, lifecycle="client", country="DE")
    api = api_of(people.ada)

    def names(query: str) -> list[str]:
        return [one["first_name"] for one in api.get(f"/contacts?{query}").json()["items"]]

    assert names("q=sant mar") == ["Maria"]
    assert names("q=%20") == []
    assert names("lifecycle=client&lifecycle=former") == ["Ben"]
    assert names(f"owner={people.sam.pk}") == ["Maria"]
    assert names("country=de") == ["Ben"]
    assert set(names("nothing_planned=true")) == {"Maria", "Ben"}
    assert set(names("rotting=true")) == {"Maria", "Ben"}
    assert names("created_after=2030-01-01T00:00:00Z") == []


def test_nobody_sees_anothers_contact(people: People, maria: Contact) -> None:
    api = api_of(people.otto)
    for path in ("", "/timeline", "/notes", "/events", "/followups", "/preferences"):
        assert api.get(f"/contacts/{maria.pk}{path}").status_code == 404, path
    assert api.patch(f"/contacts/{maria.pk}", {"city": "x"}).status_code == 404
    assert api.post("/followups", {"contact": maria.pk, "subject": "x", "due_at": due()}).status_code == 422


def test_tags_go_on_and_off_by_slug(people: People, sams: Api, maria: Contact) -> None:
    Tag.objects.create(name="Visa", slug="visa")
    assert sams.post(f"/contacts/{maria.pk}/tags", {"tags": ["visa"]}).json() == {"tags": ["visa"]}
    assert sams.get("/contacts?tag=visa").json()["items"][0]["id"] == maria.pk
    assert sams.delete(f"/contacts/{maria.pk}/tags?tag=visa").status_code == 204
    assert not maria.tags.exists()
    assert sams.post(f"/contacts/{maria.pk}/tags", {"tags": ["nope"]}).status_code == 422


def test_a_note_is_sanitised_and_on_the_timeline(sams: Api, maria: Contact) -> None:
    answer = sams.post(
        f"/contacts/{maria.pk}/notes", {"body": "<b>Hello</b><script>x()</script>", "follow_up_on": "2030-01-02"}
    )
    assert answer.status_code == 201
    assert "script" not in answer.json()["body"]
    assert Note.objects.get().text == "Hello"
    [first] = sams.get(f"/contacts/{maria.pk}/timeline?group=note").json()["items"]
    assert (first["kind"], first["sentence"]) == ("note_added", "Note")
    assert len(sams.get(f"/contacts/{maria.pk}/notes").json()["items"]) == 1


def test_logging_a_call_is_real_contact_and_a_vain_one_is_not(sams: Api, maria: Contact) -> None:
    path = f"/contacts/{maria.pk}/events"
    vain = sams.post(path, {"kind": "call", "outcome": "no_answer"})
    assert (vain.status_code, vain.json()["two_way"]) == (201, False)
    maria.refresh_from_db()
    assert maria.last_two_way_at is None
    answer = sams.post(
        path, {"kind": "call", "direction": "in", "outcome": "spoke", "notes": "Yes!", "duration_minutes": 4}
    )
    assert (answer.json()["two_way"], answer.json()["sentence"]) == (True, "Call, Spoke")
    maria.refresh_from_db()
    assert maria.last_two_way_at is not None
    assert len(sams.get(path).json()["items"]) == 2
    assert sams.post(path, {"kind": "call", "outcome": "nonsense"}).status_code == 422
    assert (
        sams.post(path, {"kind": "call", "outcome": "spoke", "occurred_at": "2999-01-01T00:00:00Z"}).status_code == 422
    )


def test_preferences_keep_consent_with_its_source(sams: Api, maria: Contact) -> None:
    said = {"channel": "email", "topic": "marketing", "state": "withdrawn", "source": "On the phone"}
    answer = sams.patch(f"/contacts/{maria.pk}/preferences", {"preferred_channel": "call", "consents": [said]})
    assert answer.status_code == 200, answer.content
    assert answer.json()["preferred_channel"] == "call"
    assert answer.json()["consents"][0]["state"] == "withdrawn"
    assert Consent.objects.get().source == "On the phone"
    assert Event.objects.filter(kind="consent_changed").count() == 1
    assert sams.patch(f"/contacts/{maria.pk}/preferences", {"consents": [said | {"source": ""}]}).status_code == 422


def test_a_follow_up_has_exactly_the_fields_of_the_contract(sams: Api, maria: Contact, people: People) -> None:
    found = made(sams, maria, assignee=people.sam.pk, reminders=[{"before_minutes": 60, "channels": ["email"]}])
    assert set(found) == KEYS
    assert set(found["links"]) == {"note", "event", "document", "invoice", "deal", "automation", "step"}
    assert found["reminders"] == [{"before_minutes": 60, "at": None, "channels": ["email"], "sent_at": None}]
    assert (found["status"], found["version"], found["type"], found["creator"]) == ("pending", 1, "call", people.sam.pk)
    assert sams.get(f"/followups/{found['id']}").json() == found


def test_a_date_stays_a_date(sams: Api, maria: Contact) -> None:
    assert made(sams, maria, due_at="2030-05-01")["due_at"] == "2030-05-01"
    assert FollowUp.objects.get().due_on == date(2030, 5, 1)


@pytest.mark.parametrize(
    "bad",
    [
        "99999-01-01",
        "2030-05-01T10:00:00",
        "tomorrow",
        "2030-02-30",
        7,
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
    ],
)
def test_a_due_time_that_cannot_be_is_named(sams: Api, maria: Contact, bad: object) -> None:
    answer = sams.post("/followups", {"contact": maria.pk, "subject": "x", "due_at": bad})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "due_at"


def test_every_transition_answers_with_the_new_state(sams: Api, maria: Contact, people: People) -> None:
    one = made(sams, maria, assignee=people.sam.pk)
    path = f"/followups/{one['id']}"
    assert sams.post(f"{path}/start").json()["status"] == "in_progress"
    assert sams.post(f"{path}/snooze", {"minutes": 30}).status_code == 200
    assert sams.post(f"{path}/reschedule", {"due_at": "2030-05-01"}).json()["due_at"] == "2030-05-01"
    assert sams.post(f"{path}/pin").json()["pinned"] is True
    assert sams.post(f"{path}/notes", {"text": "No answer so far"}).status_code == 201
    assert sams.post(f"{path}/assign", {"assignee": people.noor.pk}).json()["assignee"] == people.noor.pk
    done = sams.post(f"{path}/complete", {"outcome": "spoke", "notes": "All well"}).json()
    assert (done["status"], done["outcome"], done["completion_notes"]) == ("completed", "spoke", "All well")
    again = sams.post(f"{path}/complete", {"outcome": "spoke"})
    assert (again.status_code, again.json()["current"]["status"]) == (409, "completed")
    assert sams.post(f"{path}/reopen").json()["status"] == "pending"
    assert sams.post(f"{path}/cancel", {"reason": "Moved away"}).json()["status"] == "cancelled"


def test_a_stale_version_gets_409_and_the_current_state(sams: Api, maria: Contact, people: People) -> None:
    one = made(sams, maria, assignee=people.sam.pk)
    path = f"/followups/{one['id']}"
    assert sams.patch(path, {"subject": "Ring Maria", "version": 1}).status_code == 200
    for call in (
        lambda: sams.patch(path, {"subject": "x", "version": 1}),
        lambda: sams.post(f"{path}/start", {"version": 1}),
    ):
        stale = call()
        assert (stale.status_code, stale.json()["current"]["subject"]) == (409, "Ring Maria")


def test_a_change_of_several_fields_is_all_or_nothing(sams: Api, maria: Contact, people: People) -> None:
    one = made(sams, maria, assignee=people.sam.pk)
    Tag.objects.create(name="Visa", slug="visa")
    path = f"/followups/{one['id']}"
    bad = sams.patch(path, {"subject": "Other", "priority": "urgent", "assignee": people.vera.pk})
    assert bad.status_code == 422
    assert sams.get(path).json()["subject"] == "Call Maria"
    good = sams.patch(
        path,
        {
            "subject": "Other",
            "priority": "urgent",
            "tags": ["visa"],
            "pinned": True,
            "due_at": "2030-01-01",
            "assignee": people.otto.pk,
        },
    ).json()
    assert (good["subject"], good["priority"], good["tags"], good["pinned"], good["due_at"], good["assignee"]) == (
        "Other",
        "urgent",
        ["visa"],
        True,
        "2030-01-01",
        people.otto.pk,
    )


def test_an_unknown_outcome_is_422_and_names_those_there_are(sams: Api, maria: Contact) -> None:
    one = made(sams, maria)
    answer = sams.post(f"/followups/{one['id']}/complete", {"outcome": "shrugged"})
    assert answer.status_code == 422
    assert "spoke" in answer.json()["errors"][0]["message"]


def test_an_agent_may_not_delete_a_manager_may(people: People, sams: Api, maria: Contact) -> None:
    one = made(sams, maria)
    assert sams.delete(f"/followups/{one['id']}").status_code == 403
    assert api_of(people.mara).delete(f"/followups/{one['id']}").status_code == 204
    assert sams.get(f"/followups/{one['id']}").status_code == 404


def test_lists_for_the_day(people: People, sams: Api, maria: Contact) -> None:
    now = timezone.now()
    late = made(sams, maria, assignee=people.sam.pk, due_at=(now - timedelta(hours=3)).isoformat())["id"]
    soon = made(sams, maria, assignee=people.sam.pk, due_at=(now + timedelta(hours=3)).isoformat())["id"]
    far = made(sams, maria, assignee=people.sam.pk, due_at=(now + timedelta(days=90)).isoformat())["id"]

    def ids(path: str) -> list[int]:
        return [one["id"] for one in sams.get(path).json()["items"]]

    assert ids("/followups/mine") == [late, soon, far]
    assert ids("/followups/overdue") == [late]
    assert ids("/followups/upcoming") == [soon]
    assert ids("/followups?overdue=false&open=true&sort=-due_at") == [far, soon]
    assert ids(f"/contacts/{maria.pk}/followups?priority=low") == []
    assert ids("/followups?q=call") == [late, soon, far]
    counts = sams.get("/followups/dashboard").json()
    assert (counts["overdue"], counts["open"]) == (1, 3)


def test_bulk_changes_all_or_none(people: People, sams: Api, maria: Contact) -> None:
    ids = [made(sams, maria, assignee=people.sam.pk)["id"] for _ in range(3)]
    done = sams.post("/followups/bulk", {"ids": ids[:2], "action": "complete", "params": {"outcome": "spoke"}}).json()
    assert (done["count"], set(done["ids"])) == (2, set(ids[:2]))
    assert done["undo"] is not None
    refused = sams.post("/followups/bulk", {"ids": ids, "action": "complete", "params": {"outcome": "spoke"}})
    assert refused.status_code == 409
    assert {one["id"] for one in refused.json()["refused"]} == set(ids[:2])
    assert FollowUp.objects.get(pk=ids[2]).status == "pending"
    by_filter = sams.post(
        "/followups/bulk", {"filter": {"open": True}, "action": "reschedule", "params": {"due_at": "2030-01-01"}}
    )
    assert by_filter.json()["ids"] == [ids[2]]


def test_bulk_never_touches_what_the_caller_cannot_see(people: People, maria: Contact) -> None:
    one = followup(maria, people.sam)
    answer = api_of(people.otto).post("/followups/bulk", {"ids": [one.pk], "action": "start"})
    assert answer.status_code == 409
    assert b"Maria" not in answer.content
    assert FollowUp.objects.get(pk=one.pk).status == "pending"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "start"},
        {"ids": [1], "filter": {}, "action": "start"},
        {"ids": [1], "action": "explode"},
        {"ids": [1], "action": "complete"},
        {"ids": [1], "action": "snooze", "params": {"minutes": 0}},
        {"ids": [], "action": "start"},
    ],
)
def test_a_bulk_call_that_makes_no_sense_is_422(sams: Api, body: dict[str, Any]) -> None:
    assert sams.post("/followups/bulk", body).status_code == 422


def test_messages_are_ones_own_and_say_why(people: People, sams: Api) -> None:
    now = datetime.now(UTC)
    tell([Notice(people.sam.pk, "reminder", "Call Maria", {}, "k", "followup", 1)], now=now)
    items = sams.get("/messages").json()["items"]
    assert {one["channel"] for one in items} == {"in_app", "email"}
    one = Message.objects.filter(channel="email").get()
    assert set(sams.get(f"/messages/{one.pk}").json()) >= {"to", "followup", "body", "events", "provider_id"}
    assert sams.get(f"/messages/{one.pk}/why").json()["status"] == one.status
    assert api_of(people.noor).get(f"/messages/{one.pk}").status_code == 404
    assert [m["id"] for m in sams.get("/messages?channel=email&followup=1").json()["items"]] == [one.pk]


def test_administrators_manage_people_teams_and_lists(people: People) -> None:
    api = api_of(people.ada)
    assert api.post("/users/invite", {"email": "nia@example.com", "team": people.visa.pk}).status_code == 201
    assert api.patch(f"/users/{people.sam.pk}", {"capacity": 5, "deputy": people.noor.pk}).json()["capacity"] == 5
    assert api.patch(f"/users/{people.ada.pk}", {"role": "viewer"}).status_code == 422
    team = api.post("/teams", {"name": "Night", "members": [people.sam.pk]}).json()
    assert team["members"] == [people.sam.pk]
    assert api.delete(f"/teams/{team['id']}").status_code == 204
    kind = api.post("/types", {"name": "Embassy visit"}).json()
    assert api.patch(f"/types/{kind['id']}", {"default_minutes": 45}).json()["default_minutes"] == 45
    assert api.delete(f"/types/{kind['id']}").status_code == 204
    assert api.post("/outcomes", {"label": "Hung up", "sense": "negative", "type": "call"}).json()["type"] == "call"
    template = api.post(
        "/templates", {"name": "T", "subject": "Hi {{ contact.first_name }}", "type": "call", "due_time": "10:30"}
    )
    assert template.status_code == 201, template.content
    assert template.json()["due_time"] == "10:30"
    assert api.post("/templates", {"name": "U", "subject": "{{ secret }}", "type": "call"}).status_code == 422
    tag = api.post("/tags", {"name": "Nursing"}).json()
    assert api.patch(f"/tags/{tag['id']}", {"name": "Care", "colour": "blue"}).json()["slug"] == "care"
    assert api.delete(f"/tags/{tag['id']}").status_code == 204


def test_agents_read_lists_but_not_the_trail(people: People, sams: Api) -> None:
    for path in ("/users", "/users/me", "/teams", "/tags", "/types", "/outcomes", "/templates", "/views", "/fields"):
        assert sams.get(path).status_code == 200, path
    assert sams.get("/audit").status_code == 403
    assert sams.post("/teams", {"name": "x"}).status_code == 403


def test_the_trail_names_the_token_s_person(people: People, sams: Api, maria: Contact) -> None:
    sams.patch(f"/contacts/{maria.pk}", {"city": "Rome"})
    [entry] = api_of(people.ada).get(f"/audit?kind=contact&record={maria.pk}").json()["items"]
    assert (entry["user"], entry["changes"]) == (people.sam.pk, [{"field": "city", "before": "", "after": "Rome"}])
    assert User.objects.get(pk=entry["user"]) == people.sam
