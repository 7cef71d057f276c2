"""Tags on contacts, and the tags themselves (A2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import QuerySet
from django.utils.text import slugify

from crm.models import Contact, Tag, User
from crm.models.tag import TagColour
from crm.results import Result
from crm.sql_arrays import id_array
from crm.timeline import Happening, record
from crm.undo import remember

MOST = 10_000


class BadTag(ValueError):
    """A tag that cannot be made; the text is a sentence."""


def tag(
    contacts: QuerySet[Contact],
    *,
    add: Iterable[int] = (),
    remove: Iterable[int] = (),
    by: User | None,
    now: datetime,
    undoable: bool = True,
) -> Result:
    """Put tags on contacts and take others off. `done` are the contacts on which something changed."""
    ids = list(contacts.order_by("pk").values_list("pk", flat=True)[:MOST])
    with transaction.atomic():
        put = _pairs(
            "INSERT INTO crm_contacttag (contact_id, tag_id) SELECT c, t FROM unnest(%s::bigint[]) c, unnest(%s::bigint[]) t "
            "ON CONFLICT DO NOTHING RETURNING contact_id, tag_id",
            ids,
            list(dict.fromkeys(add)),
        )
        taken = _pairs(
            "DELETE FROM crm_contacttag WHERE contact_id = ANY(%s::bigint[]) AND tag_id = ANY(%s::bigint[]) RETURNING contact_id, tag_id",
            ids,
            list(dict.fromkeys(remove)),
        )
        names = dict(Tag.objects.filter(pk__in={tag_id for _, tag_id in [*put, *taken]}).values_list("pk", "name"))
        record(
            [
                Happening(
                    kind,
                    contact_id,
                    now,
                    actor="person" if by else "system",
                    user_id=by.pk if by else None,
                    subject_kind="tag",
                    subject_id=tag_id,
                    data={"tag": names[tag_id], "tag_id": tag_id},
                )
                for kind, pairs in (("tag_added", put), ("tag_removed", taken))
                for contact_id, tag_id in pairs
            ],
            now=now,
        )
        done = sorted({contact_id for contact_id, _ in [*put, *taken]})
        undo_id = None
        if by and done and undoable:
            payload = {"put": _by_tag(put), "taken": _by_tag(taken)}
            label = f"Tagged {len(done):,} contact{'s' if len(done) > 1 else ''}"
            undo_id = remember(user=by, label=label, kind="contact_tags", payload=payload, now=now)
    return Result(done=done, undo_id=undo_id)


def _by_tag(pairs: Iterable[tuple[int, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for contact_id, tag_id in pairs:
        found.setdefault(str(tag_id), []).append(contact_id)
    return found


def _pairs(sql: str, contact_ids: Sequence[int], tag_ids: Sequence[int]) -> list[tuple[int, int]]:
    if not contact_ids or not tag_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql, [id_array(contact_ids), id_array(tag_ids)])
        return sorted(cursor.fetchall())


def tag_slug(name: str) -> str:
    """The slug of a tag's name; names that differ only in case or accents share it."""
    return slugify(name)[:60] or slugify(name, allow_unicode=True)[:60]


def make_tag(name: str, *, colour: str = TagColour.PLUM) -> Tag:
    """Make a tag. Raises BadTag for an empty, long or known name."""
    name, slug = _checked(name)
    if colour not in TagColour.values:
        raise BadTag("That colour does not exist.")
    try:
        with transaction.atomic():
            return Tag.objects.create(name=name, slug=slug, colour=colour)
    except IntegrityError as problem:
        raise BadTag(f"There is a tag “{name}” already.") from problem


def tags_named(names: Iterable[str]) -> dict[str, int]:
    """Return the id of each tag, making those that are missing. Raises BadTag for a name that cannot be one."""
    wanted = {name: _checked(name) for name in dict.fromkeys(names)}
    Tag.objects.bulk_create([Tag(name=said, slug=slug) for said, slug in wanted.values()], ignore_conflicts=True)
    known = dict(Tag.objects.filter(slug__in={slug for _, slug in wanted.values()}).values_list("slug", "pk"))
    return {name: known[slug] for name, (_, slug) in wanted.items()}


def change_tag(tags: QuerySet[Tag], *, name: str, colour: str) -> int:
    """Rename or recolour the one tag in the set; contacts keep it. Raises BadTag."""
    name, slug = _checked(name)
    if colour not in TagColour.values:
        raise BadTag("That colour does not exist.")
    try:
        with transaction.atomic():
            return tags.update(name=name, slug=slug, colour=colour)
    except IntegrityError as problem:
        raise BadTag(f"There is a tag “{name}” already.") from problem


def delete_tags(tags: QuerySet[Tag], *, by: User | None, now: datetime) -> int:
    """Delete tags for good, taking them off every contact first, with an event on each."""
    ids = list(tags.values_list("pk", flat=True))
    with transaction.atomic():
        while tag(Contact.objects.filter(tags__in=ids).distinct(), remove=ids, by=by, now=now, undoable=False).done:
            pass
        return Tag.objects.filter(pk__in=ids).delete()[0]


def _checked(name: str) -> tuple[str, str]:
    name = " ".join(name.replace("\x00", "").split())
    slug = tag_slug(name)
    if not slug:
        raise BadTag("A tag needs a name with at least one letter or digit.")
    if len(name) > 60:
        raise BadTag("A tag's name has at most 60 characters.")
    return name, slug
