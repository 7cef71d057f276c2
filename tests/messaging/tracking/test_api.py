"""A contact's preferences over the API: hours, weekends and tracking beside the consents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from messaging.models import ContactPreference
from tests.api.calling import Api, api_of

if TYPE_CHECKING:
    from crm.models import Contact
    from tests.people import People


@pytest.fixture
def api(people: People, maria: Contact) -> Api:
    maria.owner = people.sam
    maria.save()
    return api_of(people.sam)


def test_hours_are_shown_and_changed(api: Api, maria: Contact) -> None:
    here = f"/contacts/{maria.pk}/preferences"
    shown = api.get(here).json()
    assert [shown[name] for name in ("quiet_from", "quiet_to", "weekends", "tracking")] == [None, None, None, True]
    answer = api.patch(here, {"quiet_from": "20:00", "quiet_to": "08:30", "weekends": False, "tracking": False})
    assert answer.status_code == 200, answer.content
    assert answer.json() == api.get(here).json()
    assert (answer.json()["quiet_to"], answer.json()["weekends"]) == ("08:30:00", False)
    again = api.patch(here, {"quiet_from": None, "quiet_to": None})
    assert (again.json()["quiet_from"], again.json()["tracking"]) == (None, False)


@pytest.mark.parametrize(
    "sent",
    [
        {"quiet_from": "20:00"},
        {"quiet_from": "20:00", "quiet_to": "20:00"},
        {"quiet_from": "20:00+02:00", "quiet_to": "08:00"},
        {"quiet_from": "26:00", "quiet_to": "08:00"},
        {"tracking": None},
    ],
)
def test_hours_that_cannot_be_change_nothing(api: Api, maria: Contact, sent: dict[str, Any]) -> None:
    said = {"channel": "email", "state": "withdrawn", "source": "Phone"}
    answer = api.patch(f"/contacts/{maria.pk}/preferences", {"preferred_channel": "sms", "consents": [said]} | sent)
    assert answer.status_code == 422
    maria.refresh_from_db()
    assert maria.preferred_channel == ""
    assert not maria.consents.exists()
    assert not ContactPreference.objects.exists()


def test_classes_and_payments_are_refused_apart(api: Api, maria: Contact) -> None:
    said = [{"channel": "sms", "topic": topic, "state": "withdrawn", "source": "Phone"} for topic in ("classes", "payments")]  # fmt: skip
    answer = api.patch(f"/contacts/{maria.pk}/preferences", {"consents": said})
    assert [one["topic"] for one in answer.json()["consents"]] == ["classes", "payments"]
