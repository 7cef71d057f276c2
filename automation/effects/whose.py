"""Whose the follow-ups of a set become: what one gets counts for the next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from automation.effects.shape import Order
from crm.models import Contact, User
from followups.choosing import Candidate, Choice, Need, Owner, choose, give, whose

NOBODY = "Nobody can be given a follow-up: add a colleague who is not a viewer."


def whose_each(orders: Sequence[Order], people: Mapping[int, Candidate]) -> dict[int, Choice]:
    """A colleague for each, by enrollment: the one named, the owner or who stands in for them, or whoever has most room.
    Two queries. Everybody named is among the people, and there are some."""
    if not orders:
        return {}
    rows = Contact.objects.filter(pk__in={one.contact_id for one in orders})
    needs = {
        pk: Need(country, language, team)
        for pk, country, language, team in rows.values_list("pk", "country", "language", "team_id")
    }
    deputies = dict(User.objects.filter(pk__in=list(people), deputy__isnull=False).values_list("pk", "deputy_id"))
    turn, found = max(person.turn for person in people.values()), {}
    for one in orders:
        need = needs.get(one.contact_id, Need())
        if one.effect.whom == "person":
            choice = Choice(one.effect.person_id, f"{people[one.effect.person_id].name} is named by the automation")
        elif one.effect.whom == "owner":
            choice = whose([Owner(one.facts.owner_id)], need, people, deputies)
        else:
            avoid = {one.facts.owner_id or 0} if one.effect.whom == "another" else ()
            choice = choose(list(people.values()), need, avoid=avoid)
        turn += 1
        give(people[choice.person_id], turn)
        found[one.enrollment_id] = choice
    return found
