"""Deals, pipelines and products as the API shows and takes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field

from crm.api.shapes import Body, Cursor, Id, Limit, Moment, Version
from crm.models import Deal, Pipeline, Product
from crm.money import rounded

Amount = Annotated[Decimal, Field(ge=0, lt=10**15, description="A decimal; as a text, no digit is lost")]
Currency = Annotated[str, Field(min_length=3, max_length=3, description="ISO 4217")]
Chance = Annotated[int, Field(ge=0, le=100, description="Per cent; null means as for the stage")]
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(9000, 12, 31))]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Notes = Annotated[str, Field(max_length=20_000)]
Key = Annotated[str, Field(max_length=200)]


class DealOut(Schema):
    id: int
    name: str
    contact: int | None
    partner: int | None
    pipeline: int
    stage: int
    stage_name: str
    status: str = Field(description="open, won or lost: what its stage is for")
    product: int | None
    amount: Decimal | None
    currency: str
    probability: int | None
    chance: int = Field(description="Its own probability, else its stage's")
    opened_on: date | None
    expected_on: date | None
    owner: int | None
    notes: str
    external_id: str
    stage_since: datetime
    closed_at: datetime | None
    close_reason: str
    close_note: str
    version: int
    created_at: datetime
    updated_at: datetime


_PLAIN = (
    "name", "status", "amount", "currency", "probability", "opened_on", "expected_on", "notes", "external_id",
    "stage_since", "closed_at", "close_note", "version", "created_at", "updated_at",
)  # fmt: skip


def deal_out(deal: Deal) -> dict[str, Any]:
    """The deal as a plain dictionary; its stage and reason should be joined."""
    return {name: getattr(deal, name) for name in _PLAIN} | {
        "id": deal.pk,
        "amount": deal.amount if deal.amount is None else rounded(deal.amount, deal.currency),
        "contact": deal.contact_id,
        "partner": deal.partner_id,
        "pipeline": deal.pipeline_id,
        "stage": deal.stage_id,
        "stage_name": deal.stage.name,
        "product": deal.product_id,
        "chance": deal.stage.probability if deal.probability is None else deal.probability,
        "owner": deal.owner_id,
        "close_reason": deal.close_reason.label if deal.close_reason else "",
    }


class DealPage(Schema):
    items: list[DealOut]
    next: str | None


class _Values(Body):
    partner: Id | None = None
    product: Id | None = None
    amount: Amount | None = None
    currency: Currency | Literal[""] = ""
    probability: Chance | None = None
    opened_on: Day | None = None
    expected_on: Day | None = None
    owner: Id | None = None
    notes: Notes = ""
    external_id: Key = ""


class ContactDealIn(_Values):
    """A deal of the contact in the address."""

    name: Name
    stage: Id | None = Field(None, description="Left out: the first stage of the first pipeline")


class NewDealIn(ContactDealIn):
    contact: Id | None = None


class DealChange(_Values):
    """Fields that are left out stay. A stage is changed by `move`, `win`, `lose` and `reopen`."""

    name: Name = ""
    contact: Id | None = None
    version: Version | None = None


class MoveIn(Body):
    stage: Id
    reason: Annotated[str, Field(max_length=80)] = Field("", description="Asked for by a stage of lost deals")
    note: Annotated[str, Field(max_length=500)] = ""
    version: Version | None = None


class EndIn(Body):
    reason: Annotated[str, Field(max_length=80)] = Field("", description="One of the organisation's own; lost needs it")
    note: Annotated[str, Field(max_length=500)] = ""
    version: Version | None = None


class ReopenIn(Body):
    version: Version | None = None


class DealFilter(Schema):
    """The filters of the list, plus what a program asks for."""

    q: str = Field("", max_length=200, description="Words of the deal or its contact")
    pipeline: Id | None = None
    stage: Id | None = None
    status: Literal["open", "won", "lost"] | None = None
    owner: Id | None = None
    contact: Id | None = None
    product: Id | None = None
    quiet: bool | None = Field(None, description="Whether it has gone quiet")
    amount_from: Amount | None = None
    amount_to: Amount | None = None
    currency: Currency | None = None
    external_id: Key = ""
    updated_after: Moment | None = None
    sort: str = Field("-updated_at", max_length=40)
    cursor: Cursor = ""
    limit: Limit = 50


class Part(Schema):
    cursor: Cursor = ""
    limit: Limit = 50


class StageOut(Schema):
    id: int
    name: str
    kind: str
    position: int
    probability: int
    rotting_days: int | None


class PipelineOut(Schema):
    id: int
    name: str
    stages: list[StageOut]
    reasons: dict[str, list[str]] = Field(description="won and lost: why deals end")


class PipelinePage(Schema):
    items: list[PipelineOut]
    next: str | None


def pipeline_out(pipeline: Pipeline, reasons: dict[str, list[str]]) -> dict[str, Any]:
    """A pipeline with its stages in use; they should be prefetched."""
    names = ("name", "kind", "position", "probability", "rotting_days")
    stages = [
        {"id": stage.pk} | {name: getattr(stage, name) for name in names}
        for stage in pipeline.stages.all()
        if stage.archived_at is None
    ]
    return {"id": pipeline.pk, "name": pipeline.name, "stages": stages, "reasons": reasons}


class ProductOut(Schema):
    id: int
    name: str
    category: str
    price: Decimal | None
    currency: str
    external_id: str
    archived: bool


class ProductPage(Schema):
    items: list[ProductOut]
    next: str | None


class ProductIn(Body):
    name: Name
    category: Annotated[str, Field(max_length=120)] = ""
    price: Amount | None = None
    currency: Currency | Literal[""] = ""
    external_id: Key = ""


def product_out(product: Product) -> dict[str, Any]:
    names = ("name", "category", "price", "currency", "external_id")
    return {name: getattr(product, name) for name in names} | {
        "id": product.pk,
        "price": product.price if product.price is None else rounded(product.price, product.currency),
        "archived": product.archived_at is not None,
    }
