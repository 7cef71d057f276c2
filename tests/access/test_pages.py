"""Every page as every role, against other people's records: allowed or refused as it fits, and never an error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.access.house import House
from tests.access.records import FOREIGN, Records
from tests.access.rules import NOT_OURS, RULES, SEEN_BY, Rule
from tests.people import People

WHO = ("ada", "mara", "sam", "noor", "otto", "vera", "")


def routes(resolver: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Name and pattern of every page's route; the API's are walked in test_api.py."""
    for part in (resolver or get_resolver()).url_patterns:
        if isinstance(part, URLResolver):
            yield from routes(part, prefix + str(part.pattern))
        elif isinstance(part, URLPattern):
            yield part.name or str(part.pattern), prefix + str(part.pattern)


def pages() -> list[str]:
    own = {"api-docs", "openapi-json", "api-root"}
    return sorted({name for name, pattern in routes() if not pattern.startswith("api/") or name in own})


def ours() -> list[str]:
    return [name for name in pages() if not name.startswith(NOT_OURS)]


def address(name: str, rule: Rule, kept: Records) -> str:
    given = {key: value[1:] if value.startswith("=") else kept.ids[value] for key, value in rule.given.items()}
    return reverse(f"api-v1:{name}" if name in ("openapi-json", "api-root") else name, kwargs=given)


@pytest.fixture(autouse=True)
def no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.health.PATIENCE", 0)  # no worker will come up while we wait


def asked(client: Client, method: str, path: str) -> HttpResponse:
    """Ask, and forget everything that it changed."""
    with transaction.atomic():
        answer = client.generic(method, path, b"", content_type="application/x-www-form-urlencoded")
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
        answer.shown = body.decode(errors="replace")  # type: ignore[attr-defined]
        transaction.set_rollback(True)
    return answer  # type: ignore[return-value]


def to_sign_in(answer: HttpResponse) -> bool:
    return answer.status_code == 302 and "/accounts/login/" in answer["Location"]


def test_every_route_has_its_rule_and_every_rule_its_route() -> None:
    assert set(ours()) == set(RULES)


@pytest.mark.parametrize("name", ours())
def test_a_page_lets_in_who_may_and_nobody_else(name: str, house: House) -> None:
    rule, people, kept = RULES[name], house.people, house.records
    path = address(name, rule, kept)
    for who in WHO:
        client = house.browser(who)
        for method in ("GET", "POST"):
            answer = asked(client, method, path)
            said = f"{method} {path} as {who or 'nobody'}: {answer.status_code}"
            assert answer.status_code < 500 or answer.status_code in rule.also, said
            judge(rule, people, who, answer, said)
            if who in ("noor", "otto", "") and not rule.anyone:
                assert FOREIGN not in answer.shown, f"{said} shows a foreign name"  # type: ignore[attr-defined]


def judge(rule: Rule, people: People, who: str, answer: HttpResponse, said: str) -> None:
    """Compare the answer with what the rule says about this person."""
    status = answer.status_code
    if rule.anyone:
        assert not to_sign_in(answer), said
        assert status not in (401, 403) or status in rule.also, said
        assert status < 400 or status in (405, 422) or status in rule.also, said
    elif not who:
        assert to_sign_in(answer) or status == 405, said
    elif status in rule.also or status == 405:
        return
    elif rule.need and not getattr(people, who).can(rule.need):
        assert status == 403, said
    elif rule.record and who not in SEEN_BY[rule.record]:
        assert status in ((404, 302, 400, 422) if rule.silent else (404,)), said
    else:
        assert status not in (401, 403, 404), said
        assert not to_sign_in(answer), said


@pytest.mark.parametrize("name", [name for name in ours() if RULES.get(name, Rule()).silent])
def test_others_things_stay_as_they_were(name: str, house: House) -> None:
    rule, kept = RULES[name], house.records
    for who in set(WHO) - SEEN_BY[rule.record]:
        house.browser(who).post(address(name, rule, kept))
        assert kept.intact(rule.record), f"{name} as {who}"


@pytest.mark.parametrize("name", [name for name in pages() if name.startswith(NOT_OURS)])
def test_signing_in_pages_stand_for_everybody(name: str, house: House) -> None:
    pattern = dict(routes())[name]
    given = {"pk": 1} if "<int:pk>" in pattern else {}
    given |= {"key": "x-y"} if "?P<key>" in pattern else {}
    given |= {"uidb36": "1"} if "uidb36" in pattern else {}
    for who in ("ada", "otto", ""):
        answer = asked(house.browser(who), "GET", reverse(name, kwargs=given))
        assert answer.status_code < 500, f"{name} as {who}: {answer.status_code}"
