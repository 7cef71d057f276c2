"""New owners of contacts: a named colleague, or whoever has most room, shared out over the whole set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from automation.effects.shape import Done, Order
from crm.contact_sets import NewOwner, give_each
from crm.models import Contact, Team
from followups.assignment import candidates, share_out
from followups.choosing import Candidate, Need


def assign(orders: Sequence[Order], now: datetime) -> list[Done]:
    """Give contacts away; who already has that owner, or any where only those without are meant, stays."""
    people = candidates(now)
    by_id = {person.id: person for person in people}
    teams = dict(Team.objects.filter(pk__in={one.effect.team_id for one in orders}).values_list("pk", "name"))
    needs = {
        pk: Need(country, language, team)
        for pk, country, language, team in Contact.objects.filter(
            pk__in={one.contact_id for one in orders}
        ).values_list("pk", "country", "language", "team_id")
    }
    owners: dict[int, NewOwner] = {}
    done: dict[int, Done] = {}
    for one in orders:
        if one.effect.only_without and one.facts.owner_id is not None:
            done[one.enrollment_id] = Done("They have an owner already.")
            continue
        found = _whom(one, people, by_id, teams, needs.get(one.contact_id, Need()))
        if isinstance(found, str):
            done[one.enrollment_id] = Done(failed=found)
            continue
        owners[one.contact_id] = found
        done[one.enrollment_id] = Done(f"Given to {found.name}: {found.because}.", {"owner": found.id})
    give_each(owners, now=now)
    return [done[one.enrollment_id] for one in orders]


def _whom(
    one: Order, people: Sequence[Candidate], by_id: dict[int, Candidate], teams: dict[int, str], need: Need
) -> NewOwner | str:
    """The new owner, or why nobody can be."""
    effect = one.effect
    if effect.how == "person":
        person = by_id.get(effect.person_id)
        if person is None:
            return "The colleague who was to get them cannot hold contacts any more. Choose another one."
        return NewOwner(person.id, person.name, "as the automation says")
    if effect.how == "team":
        if effect.team_id not in teams:
            return "Its team was deleted. Choose another one."
        people = [person for person in people if effect.team_id in person.teams]
        if not people:
            return f"Nobody in the team “{teams[effect.team_id]}” can hold contacts."
    if not people:
        return "Nobody can hold contacts: add a colleague who is not a viewer."
    [choice] = share_out([(need, ())], people)
    return NewOwner(choice.person_id, by_id[choice.person_id].name, choice.because)
