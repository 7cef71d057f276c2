"""The settings pages do what they say, refuse what cannot be, and leave a trail."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.utils import timezone

from crm.audit import Asked, read
from crm.invitations import invite, path_of
from crm.models import Absence, ApiToken, CustomField, Invitation, Organisation, Team, User
from followups.models import FollowUp
from tests.factories import contact, followup
from tests.people import People

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def person_form(user: User, **changes: object) -> dict[str, object]:
    return {
        "full_name": user.full_name,
        "role": user.role,
        "capacity": user.capacity,
        "deputy": user.deputy_id or "",
        "time_zone": user.time_zone,
        "countries": "",
        "languages": "",
    } | changes


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "99999-01-01", "yesterday"])
def test_the_trail_of_a_day_that_no_calendar_has_is_refused(people: People, day: str) -> None:
    for address in (f"/settings/audit/?until={day}", f"/settings/audit/export/?since={day}"):
        assert of(people.ada).get(address).status_code == 422


def test_ones_own_account_is_saved_and_the_theme_follows(people: People) -> None:
    said = {"full_name": "Sam Lee", "time_zone": "Asia/Manila", "language": "en", "theme": "dark", "density": "compact"}
    answer = of(people.sam).post("/settings/me/", said)
    assert answer.status_code == 302
    sam = User.objects.get(pk=people.sam.pk)
    assert (sam.full_name, sam.time_zone, sam.theme) == ("Sam Lee", "Asia/Manila", "dark")
    assert (answer.cookies["theme"].value, answer.cookies["density"].value) == ("dark", "compact")


def test_an_unknown_zone_is_refused_in_place_and_nothing_typed_is_lost(people: People) -> None:
    said = {
        "full_name": "Sam Lee",
        "time_zone": "Mars/Olympus",
        "language": "en",
        "theme": "dark",
        "density": "compact",
    }
    answer = of(people.sam).post("/settings/me/", said)
    assert answer.status_code == 422
    assert b"Sam Lee" in answer.content
    assert User.objects.get(pk=people.sam.pk).time_zone == "UTC"


def test_an_agent_cannot_make_themselves_administrator(people: People) -> None:
    of(people.sam).post(
        "/settings/me/", person_form(people.sam, role="administrator", theme="dark", density="compact", language="en")
    )
    assert (
        of(people.sam)
        .post(f"/settings/people/{people.sam.pk}/", person_form(people.sam, role="administrator"))
        .status_code
        == 403
    )
    assert User.objects.get(pk=people.sam.pk).role == "agent"


def test_an_administrator_changes_a_person_and_the_trail_says_who_and_from_where(people: People) -> None:
    answer = of(people.ada).post(
        f"/settings/people/{people.sam.pk}/",
        person_form(people.sam, role="manager", capacity=7, deputy=people.noor.pk, countries="FR, de"),
        REMOTE_ADDR="10.1.2.3",
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    sam = User.objects.get(pk=people.sam.pk)
    assert (sam.role, sam.capacity, sam.deputy, sam.countries) == ("manager", 7, people.noor, ["FR", "DE"])
    [entry] = read(Asked(kind="person", record_id=sam.pk))[0]
    assert (entry.who, entry.address) == ("Ada", "10.1.2.3")
    assert entry.changes["role"] == ("agent", "manager")


def test_the_last_administrator_stays_one(people: People) -> None:
    client = of(people.ada)
    answer = client.post(f"/settings/people/{people.ada.pk}/", person_form(people.ada, role="viewer"))
    assert answer.status_code == 422
    assert b"only administrator" in answer.content
    client.post(f"/settings/people/{people.ada.pk}/close/")
    assert User.objects.get(pk=people.ada.pk).is_active


def test_closing_an_account_ends_sessions_and_tokens(people: People) -> None:
    sams = of(people.sam)
    assert sams.get("/settings/").status_code == 200
    of(people.ada).post(f"/settings/people/{people.sam.pk}/close/")
    assert sams.get("/settings/").status_code == 302


def test_inviting_and_joining_by_the_pages(people: People) -> None:
    answer = of(people.ada).post(
        "/settings/people/invite/", {"email": "nia@example.com", "role": "agent", "team": people.visa.pk}
    )
    assert answer.status_code == 302
    path = path_of(Invitation.objects.get())
    visitor = Client()
    assert visitor.get(path).status_code == 200
    assert visitor.post(path, {"full_name": "Nia", "time_zone": "UTC", "password": "123"}).status_code == 422
    answer = visitor.post(path, {"full_name": "Nia", "time_zone": "Europe/Rome", "password": "three plain words"})
    assert answer.status_code == 302
    assert visitor.get("/settings/me/").status_code == 200
    assert Client().get(path).status_code == 410


def test_a_forged_invitation_is_refused_in_words(db: None) -> None:
    answer = Client().get("/join/1-000000/")
    assert answer.status_code == 410
    assert b"Ask for a new one" in answer.content


def test_handing_over_moves_contacts_follow_ups_and_reminders(people: People) -> None:
    maria = contact("Maria", owner=people.sam)
    call = followup(maria, people.sam, reminders=None)
    page = of(people.ada).get(f"/settings/people/{people.sam.pk}/hand-over/").content.decode()
    assert "Contacts: " in page
    answer = of(people.ada).post(f"/settings/people/{people.sam.pk}/hand-over/", {"to": people.noor.pk})
    assert answer.status_code == 302
    maria.refresh_from_db()
    call = FollowUp.objects.get(pk=call.pk)
    assert (maria.owner, call.assignee) == (people.noor, people.noor)
    assert set(call.reminders.values_list("user_id", flat=True)) == {people.noor.pk}


def test_teams_are_made_filled_and_dissolved(people: People) -> None:
    client = of(people.ada)
    client.post("/settings/teams/new/", {"name": "Night", "members": [people.sam.pk], "leads": [people.mara.pk]})
    night = Team.objects.get(name="Night")
    assert set(night.members.all()) == {people.sam, people.mara}
    assert client.post("/settings/teams/new/", {"name": "Night"}).status_code == 422
    client.post(f"/settings/teams/{night.pk}/", {"name": "Late", "members": [people.noor.pk]})
    assert list(Team.objects.get(name="Late").members.all()) == [people.noor]
    client.post(f"/settings/teams/{night.pk}/delete/")
    assert not Team.objects.filter(pk=night.pk).exists()


def test_people_note_their_own_days_away_and_nobody_elses(people: People) -> None:
    said = {"user": people.sam.pk, "starts_on": "2030-01-01", "ends_on": "2030-01-05", "note": "Sea"}
    assert of(people.sam).post("/settings/absences/", said).status_code == 302
    assert of(people.noor).post("/settings/absences/", said).status_code == 422
    [away] = Absence.objects.all()
    assert of(people.noor).post(f"/settings/absences/{away.pk}/delete/").status_code == 404
    assert of(people.sam).post("/settings/absences/", said | {"ends_on": "2029-01-01"}).status_code == 422
    assert of(people.sam).post(f"/settings/absences/{away.pk}/delete/").status_code == 302
    assert not Absence.objects.exists()


@pytest.mark.parametrize("day", ["99999-01-01", "not a day", "0000-00-00"])
def test_impossible_days_are_refused(people: People, day: str) -> None:
    said = {"user": people.sam.pk, "starts_on": day, "ends_on": str(date(2030, 1, 1))}
    assert of(people.sam).post("/settings/absences/", said).status_code == 422


def organisation_form(**changes: object) -> dict[str, object]:
    return {
        "name": "Visa Help",
        "time_zone": "Europe/Rome",
        "country": "Italy",
        "currency": "EUR",
        "working_days": ["1", "2", "3"],
        "working_from": "08:30",
        "working_to": "17:00",
        "speed_to_lead_minutes": 10,
        "speed_to_lead_passes": 2,
        "respond_minutes": 60,
        "escalate_after_hours": 12,
        "escalation_step_hours": 2,
        "check_in_hour": 3,
        "check_ins_per_person": 4,
        "rhythm_new": 2,
        "rhythm_working": 7,
        "rhythm_qualified": 7,
        "rhythm_client": 14,
    } | changes


def test_a_new_rhythm_moves_the_day_on_which_clients_rot(people: People) -> None:
    maria = contact("Maria", lifecycle="client")
    answer = of(people.ada).post("/settings/organisation/", organisation_form())
    assert answer.status_code == 302, answer.content.decode()[:3000]
    maria.refresh_from_db()
    assert (maria.rots_at - maria.created_at).days == 14
    row = Organisation.objects.current()
    assert (row.name, row.country, row.working_days, row.rhythm["client"]) == ("Visa Help", "IT", [1, 2, 3], 14)


@pytest.mark.parametrize(
    "change",
    [{"working_days": []}, {"working_to": "08:00"}, {"rhythm_new": 0}, {"country": "Mordor"}, {"check_in_hour": 24}],
)
def test_settings_that_cannot_work_are_refused(people: People, change: dict[str, object]) -> None:
    assert of(people.ada).post("/settings/organisation/", organisation_form(**change)).status_code == 422
    assert Organisation.objects.current().name == "Followthrough"


def test_a_right_taken_from_a_role_holds_from_the_next_click(people: People) -> None:
    client = of(people.ada)
    client.post("/settings/roles/", {"manager": ["contacts.view"], "agent": ["audit.view"], "viewer": []})
    assert of(people.sam).get("/settings/audit/").status_code == 200
    assert User.objects.get(pk=people.ada.pk).can("settings.manage")
    assert not User.objects.get(pk=people.mara.pk).can("contacts.edit")
    assert set(Organisation.objects.current().role_permissions) == {"manager", "agent", "viewer"}


def test_a_token_is_shown_once(people: People) -> None:
    client = of(people.sam)
    page = client.post(
        "/settings/tokens/", {"name": "Sheet", "scopes": ["contacts:read"], "rate_per_minute": 30}
    ).content.decode()
    token = ApiToken.objects.get()
    assert "ft_" in page
    assert token.hint in page
    assert page.count("ft_") > client.get("/settings/tokens/").content.decode().count("ft_")
    client.post(f"/settings/tokens/{token.pk}/revoke/")
    assert ApiToken.objects.get().revoked_at is not None


def test_nobody_revokes_anothers_token(people: People) -> None:
    of(people.sam).post("/settings/tokens/", {"name": "Sheet", "rate_per_minute": 30})
    of(people.ada).post(f"/settings/tokens/{ApiToken.objects.get().pk}/revoke/")
    assert ApiToken.objects.get().revoked_at is None


def test_own_fields_are_made_changed_and_put_away(people: People) -> None:
    client = of(people.ada)
    assert client.post("/settings/fields/new/", {"label": "Course", "kind": "choice", "choices": ""}).status_code == 422
    client.post("/settings/fields/new/", {"label": "Course", "kind": "choice", "choices": "A\nB\nA"})
    field = CustomField.objects.get()
    assert (field.slug, field.choices) == ("course", ["A", "B"])
    client.post(f"/settings/fields/{field.pk}/", {"label": "Class", "choices": "C", "help_text": "x"})
    field.refresh_from_db()
    assert (field.label, field.kind, field.choices) == ("Class", "choice", ["C"])
    client.post(f"/settings/fields/{field.pk}/archive/")
    assert CustomField.objects.get().archived_at is not None


def test_the_trail_shows_before_and_after_and_exports_without_formulas(people: People) -> None:
    maria = contact("Maria", owner=people.sam)
    type(maria).objects.filter(pk=maria.pk).update(city="=cmd()")
    page = of(people.ada).get("/settings/audit/").content.decode()
    assert "=cmd()" in page
    lines = b"".join(of(people.ada).get("/settings/audit/export/?kind=contact").streaming_content).decode()  # type: ignore[attr-defined]
    assert "'=cmd()" in lines


def test_the_trail_names_people_instead_of_their_numbers(people: People) -> None:
    maria = contact("Maria", owner=people.sam)
    type(maria).objects.filter(pk=maria.pk).update(owner=people.noor)
    [entry] = read(Asked(kind="contact"))[0]
    assert entry.changes == {"owner": ("Sam", "Noor")}


def test_the_trail_is_read_in_pages_without_losing_or_doubling(people: People) -> None:
    maria = contact("Maria")
    for number in range(7):
        type(maria).objects.filter(pk=maria.pk).update(city=f"City {number}")
        User.objects.filter(pk=people.sam.pk).update(capacity=30 + number)
    seen, place = [], {}
    while place is not None:
        entries, place = read(Asked(before=place), limit=3)
        seen += [(one.kind, one.id) for one in entries]
    assert len(seen) == len(set(seen)) == 14


def test_an_unreadable_search_of_the_trail_is_no_error(people: People) -> None:
    client = of(people.ada)
    assert client.get("/settings/audit/?since=tomorrow&record=x&who=9999&kind=none").status_code == 422
    assert client.get("/settings/audit/?after=forged").status_code == 200


def test_an_invitation_replaced_by_the_page_keeps_one_open(people: People) -> None:
    invite("nia@example.com", role="agent", team=None, by=people.ada, now=timezone.now())
    of(people.ada).post("/settings/people/invite/", {"email": "nia@example.com", "role": "manager", "team": ""})
    assert Invitation.objects.waiting().count() == 1
