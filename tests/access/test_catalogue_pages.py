"""Types, outcomes and templates: added, changed, put away, without touching what was made with them."""

from __future__ import annotations

import pytest
from django.test import Client

from followups.models import FollowUpSet, FollowUpTemplate, FollowUpType, Outcome
from tests.factories import contact, followup
from tests.people import People


@pytest.fixture
def admin(people: People) -> Client:
    client = Client()
    client.force_login(people.ada)
    return client


def type_form(**changes: object) -> dict[str, object]:
    plain = {"name": "Embassy visit", "icon": "stamp", "colour": "plum", "channel": "meeting", "default_minutes": 60}
    return plain | {"default_reminders": "60, 1440", "miss_after_minutes": ""} | changes


def test_a_type_is_added_after_the_others_and_changed(admin: Client) -> None:
    assert admin.post("/settings/types/new/", type_form()).status_code == 302
    made = FollowUpType.objects.get(slug="embassy_visit")
    assert (made.default_reminders, made.miss_after_minutes) == ([1440, 60], None)
    assert made == list(FollowUpType.objects.all())[-1]
    admin.post(f"/settings/types/{made.pk}/", type_form(name="Consulate"))
    made.refresh_from_db()
    assert (made.name, made.slug) == ("Consulate", "embassy_visit")


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"default_reminders": "soon"},
        {"default_reminders": "9" * 30},
        {"default_minutes": -1},
        {"default_minutes": 10**9},
    ],
)
def test_a_type_that_cannot_be_is_refused_in_place(admin: Client, change: dict[str, object]) -> None:
    assert admin.post("/settings/types/new/", type_form(**change)).status_code == 422


def test_a_type_put_away_keeps_its_follow_ups(admin: Client, people: People) -> None:
    call = followup(contact("Maria"), people.sam)
    admin.post(f"/settings/types/{call.type_id}/archive/")
    call.refresh_from_db()
    assert call.type.archived_at is not None
    admin.post(f"/settings/types/{call.type_id}/archive/")
    assert FollowUpType.objects.get(pk=call.type_id).archived_at is None


def test_the_last_type_stays(admin: Client) -> None:
    last = FollowUpType.objects.get(slug="call")
    FollowUpSet.objects.all().delete()
    FollowUpTemplate.objects.all().delete()
    FollowUpType.objects.exclude(pk=last.pk).delete()
    admin.post(f"/settings/types/{last.pk}/archive/")
    assert FollowUpType.objects.get().archived_at is None


def test_an_outcome_for_one_type(admin: Client) -> None:
    call = FollowUpType.objects.get(slug="call")
    assert (
        admin.post("/settings/outcomes/new/", {"label": "Hung up", "sense": "negative", "type": call.pk}).status_code
        == 302
    )
    assert Outcome.objects.get(slug="hung_up").type == call


def template_form(**changes: object) -> dict[str, object]:
    kind = FollowUpType.objects.get(slug="call").pk
    plain = {"name": "Welcome", "subject": "Welcome {{ contact.first_name|there }}", "type": kind, "priority": "high"}
    return plain | {"delay_days": 2, "due_time": "10:00", "reminders": "", "lifecycles": ["client"]} | changes


def test_a_template_with_merge_fields(admin: Client) -> None:
    assert admin.post("/settings/templates/new/", template_form()).status_code == 302
    assert FollowUpTemplate.objects.get(name="Welcome").lifecycles == ["client"]
    assert admin.post("/settings/templates/new/", template_form()).status_code == 422


def test_an_unknown_merge_field_is_refused_with_those_there_are(admin: Client) -> None:
    answer = admin.post("/settings/templates/new/", template_form(subject="Hello {{ contact.password }}"))
    assert answer.status_code == 422
    assert b"contact.first_name" in answer.content


def test_pages_show_what_there_is(admin: Client) -> None:
    assert b"WhatsApp" in admin.get("/settings/types/").content
    assert b"First call" in admin.get("/settings/templates/").content
