"""The records whose names conditions use: colleagues, teams, tags, audiences, stages. All of them, whoever asks, so that
a condition means the same to everybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model, Q

from crm.conditions.fields import Options, Source
from crm.event_kinds import all_kinds, is_known
from crm.models import Audience, DocumentKind, Partner, Pipeline, Product, Stage, Tag, Team, User


def by_name(model: type[Model], column: str = "name", keep: Q | None = None) -> Callable[[], Options]:
    """Loads the names of a table's rows by id, in order."""

    def load() -> Options:
        rows = model._default_manager.filter(keep or Q()).order_by(column, "pk")
        return dict(rows.values_list("pk", column))

    return load


def by_slug(model: type[Model]) -> Callable[[], Mapping[str, int]]:
    """Loads the ids of a table's rows by slug."""
    return lambda: dict(model._default_manager.values_list("slug", "pk"))


def _people() -> Options:
    rows = User.objects.order_by("full_name", "email").values_list("pk", "full_name", "email")
    return {pk: name or email for pk, name, email in rows}


def _stages() -> Options:
    rows: Any = Stage.objects.select_related("pipeline").order_by("pipeline__position", "position")
    several = Pipeline.objects.filter(archived_at__isnull=True).count() > 1
    return {one.pk: f"{one.name} ({one.pipeline.name})" if several else one.name for one in rows}


class EventKinds(dict[Any, str]):
    """The kinds of event, with those that others send under names of their own: any "custom.NAME" is one."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (dict.__contains__(self, name) or is_known(name))

    def __missing__(self, name: str) -> str:
        return name.removeprefix("custom.").replace("_", " ")


def _event_kinds() -> Options:
    return EventKinds({kind.name: kind.name.replace("_", " ").capitalize() for kind in all_kinds()})


PEOPLE = Source("people", "colleague", _people)
TEAMS = Source("teams", "team", by_name(Team))
TAGS = Source("tags", "tag", by_name(Tag), by_slug(Tag))
AUDIENCES = Source("audiences", "audience", by_name(Audience, keep=Q(deleted_at__isnull=True)))
PIPELINES = Source("pipelines", "pipeline", by_name(Pipeline))
STAGES = Source("stages", "stage", _stages)
PRODUCTS = Source("products", "product", by_name(Product))
DOCUMENT_KINDS = Source("document_kinds", "kind of document", by_name(DocumentKind))
PARTNERS = Source("partners", "partner", by_name(Partner, keep=Q(deleted_at__isnull=True)))
EVENT_KINDS = Source("event_kinds", "kind of event", _event_kinds)
