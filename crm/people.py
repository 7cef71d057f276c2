"""What administrators change about colleagues, and everybody about themselves (G1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from crm.models import Role, User
from crm.models.user import UserQuerySet
from crm.tokens import revoke

#: What a person may set about themselves; the rest is for those who manage the team.
OWN = frozenset({"full_name", "time_zone", "language", "theme", "density"})
MANAGED = OWN | {"role", "is_active", "capacity", "deputy_id", "countries", "languages"}


class CannotChange(ValueError):
    """A change to a person that is refused; the text is a sentence."""


def can_own() -> UserQuerySet:
    """Who may hold what an import says is theirs: those who work, and those whose account nobody has opened yet."""
    return User.objects.filter(Q(is_active=True) | Q(last_login__isnull=True)).exclude(role=Role.VIEWER)


def change_person(people: UserQuerySet, *, changes: Mapping[str, Any], by: User, now: datetime) -> User:
    """Change fields of the one person in the set; the audit trail keeps what was before. Raises CannotChange.

    Somebody who leaves keeps their records; their tokens end at once, and their sessions with their account.
    """
    if unknown := set(changes) - MANAGED:
        raise KeyError(sorted(unknown)[0])
    with transaction.atomic():
        person = people.order_by().select_for_update(of=("self",)).get()
        demoted = changes.get("role", person.role) != Role.ADMINISTRATOR or not changes.get(
            "is_active", person.is_active
        )
        if person.role == Role.ADMINISTRATOR and person.is_active and demoted:
            _another_administrator(person)
        if changes.get("deputy_id") == person.pk:
            raise CannotChange("Nobody can be their own deputy.")
        if changes.get("is_active") is False and person == by:
            raise CannotChange("You cannot close your own account; ask another administrator.")
        User.objects.filter(pk=person.pk).update(**changes)
        if changes.get("is_active") is False:
            revoke(person.api_tokens.all(), now=now)
            User.objects.filter(deputy=person).update(deputy=None)
    return User.objects.get(pk=person.pk)


def _another_administrator(person: User) -> None:
    # Locked, so that two administrators who demote each other at the same moment do not both succeed.
    others = User.objects.active().filter(role=Role.ADMINISTRATOR).exclude(pk=person.pk).order_by("pk")
    if not others.select_for_update().first():
        raise CannotChange(f"{person.name} is the only administrator. Make somebody else one first.")
