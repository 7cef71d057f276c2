"""Pages: server time through the whole of Django, against a bare page of the same rows.

The bare page reads the rows with one query and renders them through the same macros: no session, no rights, no frame, no
counts. Both run in this process, in turns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import Count
from django.test import Client

from bench import fill
from bench.measurement import Measurement, milliseconds, percentile, side_by_side

TIMES = 25
BARE = Path(__file__).with_name("bare")


def busiest() -> Any:
    """Return the person with the most open follow-ups: the page of one who has none proves nothing."""
    from crm.models import User
    from followups.models import FollowUp

    most = FollowUp.objects.open().values("assignee").annotate(n=Count("pk")).order_by("-n", "assignee").first()
    assert most is not None
    return User.objects.get(pk=most["assignee"])


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@cache
def template(name: str) -> Any:
    from django.template import engines

    return engines["jinja2"].env.from_string((BARE / name).read_text())


def got(client: Client, address: str) -> Callable[[], Any]:
    """Return a call that fetches the page and insists that it came."""

    def fetch() -> Any:
        response = client.get(address)
        if response.status_code != 200:
            raise RuntimeError(f"{address} answered {response.status_code}")
        return response

    return fetch


def against(name: str, size: int, page: Callable[[], Any], bare: Callable[[], Any]) -> Measurement:
    ours, ceiling = side_by_side(page, bare, times=TIMES)
    return Measurement(name, ours, "ms", 1.6, "lower", ceiling, ours / ceiling, size=size)


@cache
def laid_out(size: int) -> None:
    """Make sure, once for each size, that the day of a person holds something."""
    fill.lay_out()


def with_lines(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give rows what a line shows under its subject."""
    for row in rows:
        row["second"], row["there"] = row["who"], ""
    return rows


def list_page(size: int) -> Iterable[Measurement]:
    """Everybody's open follow-ups, fifty rows, as an administrator sees them."""
    from crm.models import Role, User
    from followups.models import FollowUp
    from followups.reading.rows import rows_of

    laid_out(size)

    def bare() -> str:
        first = FollowUp.objects.open().order_by("due_by", "pk")[:50]
        rows = rows_of(first, datetime.now(UTC), UTC)
        return str(template("list.html").render(rows=rows, columns=[{"label": "Follow-up"}]))

    administrator = User.objects.filter(role=Role.ADMINISTRATOR).earliest("pk")
    yield against("list_page", size, got(signed_in(administrator), "/followups/"), bare)


def dashboard_page(size: int) -> Iterable[Measurement]:
    """The dashboard of the busiest person, against its lines alone."""
    from followups.models import FollowUp
    from followups.reading.rows import rows_of

    laid_out(size)
    user = busiest()

    def bare() -> str:
        mine = FollowUp.objects.open().filter(assignee=user).order_by("due_by", "pk")[:28]
        return str(template("lines.html").render(rows=with_lines(rows_of(mine, datetime.now(UTC), UTC))))

    page = got(signed_in(user), "/")
    yield against("dashboard_page", size, page, bare)
    times = milliseconds(page, times=40)
    yield Measurement("dashboard p95", percentile(times, 0.95), "ms", 100, "lower", judged="value", size=size)


def contact_page(size: int) -> Iterable[Measurement]:
    """A long-standing client with some forty follow-ups, against their lines alone."""
    from crm.models import Contact
    from followups.models import FollowUp
    from followups.reading.rows import rows_of

    laid_out(size)
    user = busiest()
    contact = Contact.objects.filter(owner=user).annotate(n=Count("followups")).order_by("-n", "pk").first()
    assert contact is not None

    def bare() -> str:
        theirs = FollowUp.objects.filter(contact=contact, deleted_at__isnull=True).order_by("due_by", "pk")[:50]
        return str(template("lines.html").render(rows=with_lines(rows_of(theirs, datetime.now(UTC), UTC))))

    yield against("contact_page", size, got(signed_in(user), f"/contacts/{contact.pk}/followups/"), bare)


def search(size: int) -> Iterable[Measurement]:
    """Results while typing: rare and common words, for one agent and for an administrator."""
    from crm.models import Role, User
    from crm.searching import search as find

    people = [busiest(), User.objects.filter(role=Role.ADMINISTRATOR).earliest("pk")]
    words = ["ma", "maria", "maria san", "contact77", "visa", "0049", "okafor 9", "call about v", "zzz"]
    times = [
        took for user in people for text in words for took in milliseconds(lambda u=user, t=text: find(u, t), times=8)
    ]
    yield Measurement("search", percentile(times, 0.95), "ms (p95)", 50, "lower", judged="value", size=size)


def action(size: int) -> Iterable[Measurement]:
    """Complete a follow-up over HTTP."""
    from followups.models import FollowUp

    user = busiest()
    client = signed_in(user)
    ids = iter(FollowUp.objects.open().filter(assignee=user).order_by("pk").values_list("pk", flat=True)[:40])
    before = FollowUp.objects.filter(assignee=user, status="completed").count()

    def complete() -> None:
        answer = client.post(f"/followups/{next(ids)}/complete/", {"outcome": "spoke"})
        if answer.status_code >= 400:
            raise RuntimeError(f"completing answered {answer.status_code}")

    times = milliseconds(complete, times=25)
    if FollowUp.objects.filter(assignee=user, status="completed").count() <= before:
        raise RuntimeError("nothing was completed")
    FollowUp.objects.filter(assignee=user, completed_at__gte=datetime.now(UTC).replace(hour=0, minute=0)).update(
        status="pending", completed_at=None, outcome=None
    )
    yield Measurement("action", percentile(times, 0.95), "ms (p95)", 50, "lower", judged="value", size=size)
