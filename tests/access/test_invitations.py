"""Inviting colleagues: a link that works once, expires, and reaches them by the one outbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from crm.dispatching import dispatch_pending
from crm.invitations import BadInvitation, accept, find, invite, path_of, revoke, token_of
from crm.models import Invitation, User
from messaging.delivery import deliver_due
from messaging.models import Message
from tests.people import People

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def invited(people: People, email: str = "new@example.com") -> Invitation:
    return invite(email, role="agent", team=people.visa, by=people.ada, now=NOW)


def test_the_invitation_reaches_its_address_through_the_outbox(people: People) -> None:
    made = invited(people)
    dispatch_pending(NOW)
    deliver_due(NOW)
    message = Message.objects.get(kind="invitation")
    assert (message.status, message.to, message.reason) == ("sent", "new@example.com", "")
    assert path_of(made) in message.body.text


def test_the_invited_account_is_closed_until_accepted(people: People) -> None:
    made = invited(people)
    assert not User.objects.get(email="new@example.com").is_active
    person = accept(
        token_of(made), full_name="Nia New", password="a long pass phrase", time_zone="Europe/Paris", now=NOW
    )
    assert (person.is_active, person.name, person.role) == (True, "Nia New", "agent")
    assert list(person.teams.all()) == [people.visa]
    assert Client().login(email="new@example.com", password="a long pass phrase")


def test_a_link_works_once(people: People) -> None:
    made = invited(people)
    accept(token_of(made), full_name="A", password="a long pass phrase", time_zone="UTC", now=NOW)
    with pytest.raises(BadInvitation, match="used already"):
        accept(token_of(made), full_name="B", password="another pass phrase", time_zone="UTC", now=NOW)


def test_a_link_expires_and_can_be_taken_back(people: People) -> None:
    made = invited(people)
    with pytest.raises(BadInvitation, match="expired"):
        find(token_of(made), now=NOW + timedelta(days=8))
    assert revoke(Invitation.objects.all(), now=NOW) == 1
    with pytest.raises(BadInvitation, match="taken back"):
        find(token_of(made), now=NOW)


def test_a_forged_link_is_not_known(people: People) -> None:
    made = invited(people)
    for forged in (f"{made.pk}-{'0' * 40}", "x", "", "1-é"):
        with pytest.raises(BadInvitation):
            find(forged, now=NOW)


def test_inviting_again_replaces_the_first_link(people: People) -> None:
    first, second = invited(people), invited(people)
    with pytest.raises(BadInvitation):
        find(token_of(first), now=NOW)
    assert find(token_of(second), now=NOW) == second


@pytest.mark.parametrize("email", ["", "nobody", "sam@example.com", "SAM@example.com"])
def test_a_bad_or_known_address_is_refused(people: People, email: str) -> None:
    with pytest.raises(BadInvitation):
        invited(people, email)
    assert not Invitation.objects.exists()
