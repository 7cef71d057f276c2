"""Conditions over the API: what the language is, and whether one is right."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from crm.access import contacts_for
from crm.api.auth import Token, caller
from crm.conditions.allowed import refuse_unseen
from crm.conditions.catalogue import catalogue
from crm.conditions.compiling import as_q
from crm.conditions.language import BadCondition, read
from crm.conditions.listing import zone
from crm.conditions.patience import in_time
from crm.conditions.saying import in_words

router = Router(tags=["Conditions"])


class CheckIn(Schema):
    model_config = ConfigDict(extra="forbid")

    condition: dict[str, Any] = Field(description="As `GET /conditions/schema` says")


class ProblemOut(Schema):
    path: str = Field(description="Where in the condition, like all.0.value; empty for the whole")
    message: str


class CheckOut(Schema):
    ok: bool
    words: str = Field(description="The condition in plain English, after “everybody who”")
    count: int | None = Field(
        description="How many of the contacts that you may see fit now; null where counting takes too long"
    )
    condition: dict[str, Any] | None = Field(description="As it is stored: names replaced by numbers of records")
    problems: list[ProblemOut]


@router.get("/conditions/schema", auth=Token("contacts:read", "contacts.view"), response=dict[str, Any])
def conditions_schema(request: HttpRequest) -> dict[str, Any]:
    """The JSON Schema of a condition, the operators of each type, and all fields and records that can be asked about."""
    return catalogue()


@router.post("/conditions/check", auth=Token("contacts:read", "contacts.view"), response=CheckOut)
def check_condition(request: HttpRequest, body: CheckIn) -> dict[str, Any]:
    """Say what a condition means and how many fit, or everything that is wrong with it."""
    try:
        condition = read(body.condition)
        refuse_unseen(condition, caller(request))
    except BadCondition as bad:
        problems = [{"path": path, "message": sentence} for path, sentence in bad.problems]
        return {"ok": False, "words": "", "count": None, "condition": None, "problems": problems}
    fitting = contacts_for(caller(request)).filter(as_q(condition, now=timezone.now(), zone=zone()))
    return {
        "ok": True,
        "words": in_words(condition),
        "count": in_time(fitting.count),
        "condition": condition.data,
        "problems": [],
    }
