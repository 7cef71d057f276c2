"""Success stories: a library of templates called “Success story: Visa”, from which each client gets the one of their interest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from automation.effects.shape import Order
from crm.models import Contact, ContactTag
from messaging.models import TemplateVariant
from messaging.templating.variants import choose

#: How the templates of the library are called; after a colon stands the interest that one is for.
STORY = "success story"
#: The own fields in which a client's interests stand; after them come their tags.
FIELDS = ("interest", "interests")


def stories(orders: Sequence[Order]) -> dict[int, dict[str, Any]]:
    """The story of each, in their language, by enrollment; none where the library has none. Three queries."""
    shelf = _shelf()
    if not shelf:
        return {}
    ids = {one.contact_id for one in orders}
    tags: dict[int, list[str]] = {}
    rows = ContactTag.objects.filter(contact__in=ids).order_by("tag__name")
    for contact_id, name in rows.values_list("contact_id", "tag__name"):
        tags.setdefault(contact_id, []).append(name)
    told = {
        pk: _told(shelf, [*_interests(custom or {}), *tags.get(pk, ())], language)
        for pk, language, custom in Contact.objects.filter(pk__in=ids).values_list("pk", "language", "custom")
    }
    return {one.enrollment_id: {"success_story": text} for one in orders if (text := told.get(one.contact_id))}


#: By interest ("" for everybody's): the template's own language, and its words by language.
Shelf = dict[str, tuple[str, dict[str, str]]]


def _shelf() -> Shelf:
    found: Shelf = {}
    rows = TemplateVariant.objects.filter(template__name__istartswith=STORY, template__archived_at__isnull=True)
    columns = ("template__name", "template__language", "language", "text")
    for name, own, language, text in rows.order_by("template_id").values_list(*columns):
        called, _, interest = name.partition(":")
        if called.strip().casefold() == STORY and text:
            found.setdefault(interest.strip().casefold(), (own, {}))[1].setdefault(language, text)
    return found


def _interests(custom: dict[str, Any]) -> Iterable[str]:
    for slug in FIELDS:
        value = custom.get(slug)
        yield from (str(one) for one in (value if isinstance(value, list) else [value]) if one)


def _told(shelf: Shelf, interests: Sequence[str], language: str) -> str:
    for interest in [*(one.strip().casefold() for one in interests), ""]:
        if interest in shelf:
            own, words = shelf[interest]
            return words[choose(language, words, own)]
    return ""
