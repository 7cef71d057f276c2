"""A team with a morning's work, and a browser in which one of them is signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import BrowserContext

from config import stylesheet

if TYPE_CHECKING:
    from crm.models import User
    from tests.people import People


@pytest.fixture(scope="session", autouse=True)
def built_stylesheet() -> None:
    """Pages of the test's server link the stylesheet that is put together from its parts."""
    stylesheet.build()


@pytest.fixture
def people(transactional_db: None) -> People:
    """The cast and the first rows, stored for other threads to see."""
    from tests.firsts import put_back
    from tests.people import everybody

    put_back()
    return everybody()


@pytest.fixture
def sign_in(live_server: object, context: BrowserContext) -> Callable[[User], None]:
    """Sign somebody in without the form."""

    def signed(user: User) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])  # type: ignore[attr-defined]

    return signed


@pytest.fixture
def morning(people: People) -> People:
    """Sam has a new lead with its clock running, two late ones, some for today and the week; clients go quiet."""
    from crm.models import Absence, Lifecycle, Tag
    from crm.notes import add_note
    from followups.due import Due
    from tests.factories import contact, followup

    now = timezone.now()
    sam, later = people.sam, timedelta
    vip = Tag.objects.create(name="September intake", slug="september-intake")

    def client(first: str, last: str, **facts: object) -> object:
        return contact(first, last_name=last, owner=sam, created_at=now - timedelta(days=40), **facts)

    jonas = contact(
        "Jonas",
        last_name="Weber",
        owner=sam,
        phone="+4915112345678",
        source="the website",
        created_at=now - later(minutes=2),
    )
    maria = client(
        "Maria", "Santos", phone="+639175554410", time_zone="Asia/Manila", lifecycle=Lifecycle.QUALIFIED, score=80
    )
    ahmed, elena = (
        client("Ahmed", "Farouk", lifecycle=Lifecycle.CLIENT),
        client("Elena", "Rossi", phone="+390612345678"),
    )
    client("Hassan", "Ali", lifecycle=Lifecycle.CLIENT)
    add_note(maria, by=sam, now=now - later(days=1), body="<p>Could we do the September intake instead?</p>")
    followup(
        jonas,
        sam,
        subject="Initial contact",
        priority="urgent",
        speed_to_lead=True,
        due=Due(at=now + later(minutes=4)),
        now=now,
    )
    followup(
        ahmed,
        sam,
        subject="Send document checklist",
        type="email",
        priority="urgent",
        due=Due(on=(now - later(days=2)).date()),
        now=now,
    )
    followup(
        maria,
        sam,
        subject="Call about visa options",
        priority="high",
        due=Due(at=now - later(hours=3)),
        tag_ids=[vip.pk],
        now=now,
    )
    followup(elena, sam, subject="Monthly check-in", type="video_call", due=Due(on=now.date()), now=now)
    followup(
        elena,
        sam,
        subject="Send price list",
        type="email",
        priority="low",
        due=Due(on=(now + later(days=3)).date()),
        now=now,
    )
    followup(
        maria,
        people.noor,
        subject="Review statement of purpose",
        type="document_review",
        due=Due(at=now + later(days=1)),
        now=now,
    )
    Absence.objects.create(user=people.noor, starts_on=now.date(), ends_on=(now + later(days=4)).date())
    return people
