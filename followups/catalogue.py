"""What administrators set up: types of follow-up, outcomes, templates (B2, B4, B9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import Max
from django.utils.text import slugify

from crm.models import CustomField
from followups.merge_fields import CUSTOM, WRITTEN, mentions, unknown
from followups.models import FollowUpTemplate, FollowUpType, Outcome

M = TypeVar("M", bound=models.Model)


class BadEntry(ValueError):
    """An entry that cannot be stored: the field that is wrong, and a sentence."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


def add_type(values: Mapping[str, Any]) -> FollowUpType:
    """Add a type after the others. Raises BadEntry."""
    return _add(FollowUpType, values, named="name", positioned=True)


def change_type(types: models.QuerySet[FollowUpType], values: Mapping[str, Any]) -> int:
    """Change the one type in the set; follow-ups keep it. Raises BadEntry."""
    return _change(types, values, named="name")


def add_outcome(values: Mapping[str, Any]) -> Outcome:
    """Add an outcome after the others. Raises BadEntry."""
    return _add(Outcome, values, named="label", positioned=True)


def change_outcome(outcomes: models.QuerySet[Outcome], values: Mapping[str, Any]) -> int:
    """Change the one outcome in the set; what was completed with it keeps it. Raises BadEntry."""
    return _change(outcomes, values, named="label")


def add_template(values: Mapping[str, Any]) -> FollowUpTemplate:
    """Add a template. Raises BadEntry."""
    _check_words(values)
    return _add(FollowUpTemplate, values, named="name", slug=False)


def change_template(templates: models.QuerySet[FollowUpTemplate], values: Mapping[str, Any]) -> int:
    """Change the one template in the set. Raises BadEntry."""
    _check_words(values)
    return _change(templates, values, named="name")


def archive(entries: models.QuerySet[Any], *, now: datetime) -> int:
    """Put entries away: nothing new is made with them, what was stays readable."""
    with transaction.atomic():
        if entries.model is FollowUpType:
            left = FollowUpType.objects.filter(archived_at__isnull=True).exclude(pk__in=entries.values("pk"))
            if not left.select_for_update().first():
                raise BadEntry("", "One type has to stay: follow-ups need one.")
        return entries.filter(archived_at__isnull=True).update(archived_at=now)


def bring_back(entries: models.QuerySet[Any]) -> int:
    """Take entries back into use."""
    return entries.update(archived_at=None)


def types_in_use() -> Sequence[FollowUpType]:
    return list(FollowUpType.objects.filter(archived_at__isnull=True))


def _add(model: type[M], values: Mapping[str, Any], *, named: str, slug: bool = True, positioned: bool = False) -> M:
    manager = model._default_manager
    extra: dict[str, Any] = {}
    try:
        with transaction.atomic():
            if slug:
                extra["slug"] = _free_slug(model, str(values[named]))
            if positioned:
                last = manager.aggregate(last=Max("position"))["last"] or 0
                extra["position"] = min(last + 1, 32_000)
            return manager.create(**values, **extra)
    except IntegrityError as problem:
        raise BadEntry(named, f"There is “{values[named]}” already.") from problem


def _change(rows: models.QuerySet[Any], values: Mapping[str, Any], *, named: str) -> int:
    if not values:
        return rows.count()
    try:
        with transaction.atomic():
            return rows.update(**values)
    except IntegrityError as problem:
        raise BadEntry(named, f"There is “{values.get(named, '')}” already.") from problem


def _free_slug(model: type[models.Model], name: str) -> str:
    start = slugify(name).replace("-", "_")[:34] or "entry"
    taken = set(model._default_manager.filter(slug__startswith=start).values_list("slug", flat=True))
    return next(one for n in range(1, 10_000) if (one := start if n == 1 else f"{start}_{n}") not in taken)


def _check_words(values: Mapping[str, Any]) -> None:
    texts = {name: str(values.get(name, "")) for name in ("subject", "description")}
    own = own_fields() if any(mentions(text, CUSTOM) for text in texts.values()) else set()
    for name, text in texts.items():
        for inside in unknown(text, own):
            raise BadEntry(
                name,
                f"“{{{{ {inside} }}}}” is not a merge field. There are: "
                + ", ".join(f"{{{{ {one} }}}}" for one in WRITTEN)
                + f" and {{{{ {CUSTOM}NAME }}}} for a field of your own, each with a word after | for where it is empty.",
            )


def own_fields() -> set[str]:
    """The slugs of the organisation's own fields that are in use."""
    return set(CustomField.objects.filter(archived_at__isnull=True).values_list("slug", flat=True))
