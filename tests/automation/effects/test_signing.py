"""Which secret signs the webhook of a step."""

import pytest
from django.test import Client

from automation.activating import NotReady, activate
from automation.entering import Entry, enroll
from automation.publishing import create
from messaging.models import WebhookCall
from messaging.webhooks.secret_keeping import end_secret, make_secret
from tests.automation.making import automation, goes_on, where
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db

CALL = {"kind": "webhook", "url": "https://hooks.example.com/x"}


def test_the_secret_that_the_step_names_signs_its_calls_and_else_the_standard_one() -> None:
    own, _ = make_secret(name="Shop", now=NOW)
    made = automation({**CALL, "secret": own.pk}, CALL)
    enroll([Entry(made.pk, contact().pk, NOW)], now=NOW)
    goes_on(NOW)
    assert list(WebhookCall.objects.order_by("pk").values_list("secret_id", flat=True)) == [own.pk, None]


def test_a_step_whose_secret_was_ended_parks_its_people_and_calls_nobody() -> None:
    own, _ = make_secret(name="Shop", now=NOW)
    made = automation({**CALL, "secret": own.pk})
    end_secret(own.pk, now=NOW)
    enroll([Entry(made.pk, (who := contact()).pk, NOW)], now=NOW)
    goes_on(NOW)
    assert where(who).status == "failed"
    assert where(who).why == "The secret that it was to be signed with was ended. Choose another one."
    assert not WebhookCall.objects.exists()


def test_an_ended_secret_is_refused_when_it_is_switched_on(people: People) -> None:
    own, _ = make_secret(name="Shop", now=NOW)
    end_secret(own.pk, now=NOW)
    steps = [{"id": "s1", **CALL, "secret": own.pk, "exits": {"next": None}}]
    definition = {"triggers": [{"kind": "manual"}], "rules": {}, "start": "s1", "steps": steps}
    with pytest.raises(NotReady, match="secret of webhooks"):
        activate(create(name="Tell them", definition=definition, by=None, now=NOW), by=people.mara, now=NOW)


def test_the_form_offers_the_secrets_in_use(client: Client, people: People) -> None:
    client.force_login(people.ada)
    make_secret(name="Shop", now=NOW)
    over, _ = make_secret(name="Old school", now=NOW)
    end_secret(over.pk, now=NOW)
    made = automation(CALL)
    form = client.get(f"/automations/{made.pk}/?step=s1").content.decode()
    assert "Shop" in form
    assert "Old school" not in form
