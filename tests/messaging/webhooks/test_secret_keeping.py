"""Secrets of webhooks: seen once, changed without a gap, and of no use to who reads the database alone."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from messaging.models import WebhookSecret
from messaging.webhooks.delivering import deliver_calls
from messaging.webhooks.secret_keeping import (
    BOTH_VALID,
    BadSecret,
    change_secret,
    end_secret,
    keys_of,
    living_secrets,
    make_secret,
)
from tests.factories import NOW
from tests.fakes.hook_receiver import Receiver

if TYPE_CHECKING:
    from tests.messaging.webhooks.conftest import Write

pytestmark = pytest.mark.django_db


def key_in(secret: str) -> bytes:
    assert secret.startswith("whsec_")
    return base64.b64decode(secret.removeprefix("whsec_"))


def test_the_standard_secret_is_made_when_it_is_first_needed() -> None:
    (first,) = keys_of({None}, now=NOW)[None]
    assert keys_of({None}, now=NOW)[None] == [first]
    assert WebhookSecret.objects.get().standard


def test_a_secret_is_long_enough_and_not_stored_as_it_is() -> None:
    row, secret = make_secret(name="  The   shop ", now=NOW)
    assert len(key_in(secret)) == 32
    assert row.name == "The shop"
    assert secret.startswith(row.hint)
    row.refresh_from_db()
    assert secret[6:] not in str(vars(row))
    assert keys_of({row.pk}, now=NOW) == {row.pk: [key_in(secret)]}


def test_while_it_is_changed_both_are_valid(write: Write, receiver: Receiver) -> None:
    row, new = change_secret(None, now=NOW)
    write()
    deliver_calls(NOW)
    receiver.secrets = [new]
    write("two")
    deliver_calls(NOW)
    assert (len(receiver.taken), receiver.doubted) == (2, [])
    assert len(keys_of({None}, now=NOW + BOTH_VALID - timedelta(seconds=1))[None]) == 2
    assert keys_of({None}, now=NOW + BOTH_VALID)[None] == [key_in(new)]
    assert row.standard


def test_a_call_is_signed_by_the_secret_that_it_names(write: Write, receiver: Receiver) -> None:
    row, secret = make_secret(name="The shop", now=NOW)
    write(secret_id=row.pk)
    deliver_calls(NOW)
    assert receiver.doubted == ["a wrong signature"]
    receiver.secrets = [secret]
    write("two", secret_id=row.pk)
    deliver_calls(NOW)
    assert len(receiver.taken) == 1


def test_an_ended_secret_signs_nothing_more(write: Write, receiver: Receiver) -> None:
    row, _ = make_secret(name="The shop", now=NOW)
    call = write(secret_id=row.pk)
    assert end_secret(row.pk, now=NOW)
    assert not end_secret(row.pk, now=NOW)
    deliver_calls(NOW)
    call.refresh_from_db()
    assert (call.status, receiver.calls) == ("parked", 0)
    assert call.last_error == "The secret “The shop” that it was to be signed with was ended."
    assert living_secrets() == list(WebhookSecret.objects.filter(standard=True))
    with pytest.raises(BadSecret):
        change_secret(row.pk, now=NOW)


def test_the_standard_secret_cannot_be_ended(secret: str) -> None:
    assert not end_secret(WebhookSecret.objects.get(standard=True).pk, now=NOW)


@pytest.mark.parametrize("name", ["", "   ", "a\0b", "the SHOP"])
def test_a_secret_needs_a_name_of_its_own(name: str) -> None:
    make_secret(name="The shop", now=NOW)
    with pytest.raises(BadSecret):
        make_secret(name=name, now=NOW)


def test_a_new_secret_key_of_the_installation_opens_what_the_one_before_sealed(settings: Any) -> None:
    row, secret = make_secret(name="The shop", now=NOW)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a new one, long enough", [settings.SECRET_KEY]
    assert keys_of({row.pk}, now=NOW) == {row.pk: [key_in(secret)]}
    settings.SECRET_KEY_FALLBACKS = []
    assert "make a new one" in keys_of({row.pk}, now=NOW)[row.pk]
