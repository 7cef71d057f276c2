"""Tags, audiences, fields and owners of contacts, by the lower floor's own verbs: one call for all that ask the same."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automation.effects.field_values import CUSTOM, BadSetting, Setting, read_setting
from automation.effects.shape import Done, Order
from automation.effects.sharing import together
from crm.audiences.members import add_members, remove_members
from crm.contact_sets import set_field as store_field
from crm.contact_sets import set_lifecycle, set_own_field
from crm.custom_fields import own_fields
from crm.models import Audience, Contact, Tag
from crm.models.audience import AudienceKind
from crm.models.contact import ContactQuerySet
from crm.results import Result
from crm.tagging import tag


def change_tag(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Put tags on and take them off."""
    names = dict(Tag.objects.filter(pk__in={one.effect.tag_id for one in orders}).values_list("pk", "name"))
    done: dict[int, Done] = {}
    for (tag_id, add), some in together(orders, lambda one: (one.effect.tag_id, one.effect.add)).items():
        if tag_id not in names:
            done |= dict.fromkeys(_ids(some), Done(failed="Its tag was deleted. Choose another one."))
            continue
        put, taken = ([tag_id], []) if add else ([], [tag_id])
        changed = set(tag(_contacts(some), add=put, remove=taken, by=None, now=now).done)
        for one in some:
            said = "Tagged" if add else "No longer tagged"
            already = "Has" if add else "Did not have"
            news = one.contact_id in changed
            why = f"{said} “{names[tag_id]}”." if news else f"{already} the tag “{names[tag_id]}” already."
            done[one.enrollment_id] = Done(why if add or news else f"{already} the tag “{names[tag_id]}”.")
    return [done[one.enrollment_id] for one in orders]


def change_membership(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Put into audiences that are kept by hand, and take out."""
    audiences = {one.pk: one for one in Audience.objects.filter(pk__in={one.effect.audience_id for one in orders})}
    done: dict[int, Done] = {}
    for (audience_id, add), some in together(orders, lambda one: (one.effect.audience_id, one.effect.add)).items():
        audience = audiences.get(audience_id)
        if why := _no_audience(audience):
            done |= dict.fromkeys(_ids(some), Done(failed=why))
            continue
        assert audience is not None
        verb = add_members if add else remove_members
        changed = set(verb(audience, _contacts(some), by=None, now=now).done)
        for one in some:
            news = one.contact_id in changed
            said = ("Now in", "In") if add else ("No longer in", "Not in")
            done[one.enrollment_id] = Done(f"{said[0] if news else said[1]} “{audience.name}”.")
    return [done[one.enrollment_id] for one in orders]


def _no_audience(audience: Audience | None) -> str:
    if audience is None:
        return "Its audience was deleted. Choose another one."
    if audience.deleted_at is not None:
        return f"The audience “{audience.name}” was deleted. Choose another one."
    if audience.kind != AudienceKind.STATIC:
        return f"“{audience.name}” goes by its condition; only an audience that is kept by hand can be changed."
    return ""


def set_field(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Set fields; what a field cannot hold is a fault of the step, so nothing is stored for these."""
    own = own_fields() if any(one.effect.field.startswith("custom.") for one in orders) else {}
    done: dict[int, Done] = {}
    settings: dict[int, Setting] = {}
    for one in orders:
        try:
            settings[one.enrollment_id] = read_setting(one.effect.field, one.effect.value, own, one.facts.zone, now)
        except BadSetting as problem:
            done[one.enrollment_id] = Done(failed=str(problem))
    good = [one for one in orders if one.enrollment_id in settings]
    for setting, some in together(good, lambda one: settings[one.enrollment_id]).items():
        changed = set(_set(setting, _contacts(some), now).done)
        for one in some:
            news = one.contact_id in changed
            why = f"{setting.label} is now {setting.said}." if news else f"{setting.label} was {setting.said} already."
            done[one.enrollment_id] = Done(why)
    return [done[one.enrollment_id] for one in orders]


def _set(setting: Setting, contacts: ContactQuerySet, now: datetime) -> Result:
    value = list(setting.value) if isinstance(setting.value, tuple) else setting.value
    if setting.name == "lifecycle":
        return set_lifecycle(contacts, to=str(value), by=None, now=now)
    if setting.name.startswith(CUSTOM):
        return set_own_field(contacts, slug=setting.name.removeprefix(CUSTOM), value=value, now=now)
    return store_field(contacts, name=setting.name, value=value, now=now)


def _contacts(orders: Sequence[Order]) -> ContactQuerySet:
    return Contact.objects.alive().filter(pk__in=[one.contact_id for one in orders])


def _ids(orders: Sequence[Order]) -> list[int]:
    return [one.enrollment_id for one in orders]
