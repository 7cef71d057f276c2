"""What the policy needs to know of colleagues, read for a whole batch in two queries."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from crm.models import Invitation, User
from crm.zones import zone
from messaging.models import NotificationPreference
from messaging.policy import Person

#: Who a message is for when the account was removed since.
NOBODY = Person(name="Somebody who has left", active=False, address="", zone=zone("UTC"))


@dataclass(frozen=True, slots=True)
class People:
    """Facts by person, and what each chose by kind."""

    people: dict[int, Person]
    choices: dict[tuple[int, str], tuple[str, ...]]

    def wanting(self, user_id: int | None, kind: str) -> Person:
        """The person, with their choice of channels for the kind."""
        person = self.people.get(user_id or 0, NOBODY)
        choice = self.choices.get((user_id or 0, kind))
        return person if choice is None else replace(person, channels=choice)

    @staticmethod
    def explicit(person: Person) -> Person:
        """The person as asked over channels that were picked for this very notice: only muting still counts."""
        return person if person.channels == () else replace(person, channels=None)


def load_people(user_ids: Collection[int], kinds: Collection[str]) -> People:
    """Read the facts as they are now."""
    # An account that waits for its invitation to be accepted may get that one letter.
    invited = Invitation.objects.waiting().filter(email=Lower(OuterRef("email")))
    rows: QuerySet[User] = User.objects.filter(pk__in=user_ids).only(
        "full_name", "email", "is_active", "time_zone", "quiet_from", "quiet_to", "bundle_minutes"
    )
    people = {
        row.pk: Person(
            name=row.name,
            active=row.is_active or row.invited,
            address=row.email,
            zone=zone(row.time_zone),
            quiet_from=row.quiet_from,
            quiet_to=row.quiet_to,
            bundle_minutes=row.bundle_minutes,
        )
        for row in rows.annotate(invited=Exists(invited))
    }
    chosen = NotificationPreference.objects.filter(user__in=user_ids, kind__in=kinds).values_list(
        "user_id", "kind", "channels"
    )
    return People(people, {(user_id, kind): tuple(channels) for user_id, kind, channels in chosen})
