"""Everybody, a record of each kind, and what each signs in with: made once for many tests that leave them as they were."""

from __future__ import annotations

from dataclasses import dataclass
from http.cookies import SimpleCookie

from django.test import Client

from tests.access.records import Records, records
from tests.api.calling import api_of
from tests.people import People, everybody

WHO = ("ada", "mara", "sam", "noor", "otto", "vera")


@dataclass(frozen=True, slots=True)
class House:
    """`cookies` and `tokens` by the name of the person."""

    people: People
    records: Records
    cookies: dict[str, str]
    tokens: dict[str, str]

    @classmethod
    def build(cls) -> House:
        """Store everything."""
        people = everybody()
        kept = records(people)
        return cls(
            people,
            kept,
            {who: signed_in(people, who).cookies.output(header="", sep=";") for who in WHO},
            {who: api_of(getattr(people, who)).secret for who in WHO},
        )

    def browser(self, who: str) -> Client:
        """A browser of its own in which somebody is signed in; nobody where the name is empty."""
        client = Client(raise_request_exception=False)
        if who:
            client.cookies = SimpleCookie(self.cookies[who])
        return client


def signed_in(people: People, who: str) -> Client:
    """A browser in which somebody has just signed in."""
    client = Client(raise_request_exception=False)
    client.force_login(getattr(people, who))
    return client
