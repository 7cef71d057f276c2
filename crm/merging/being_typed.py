"""Who may be meant by what is being typed into the form of a new contact: the rules of the search, for one name."""

from __future__ import annotations

from django.db import connection

from crm.access import contacts_for
from crm.merging.likeness import Known, keys_of, known, likeness
from crm.models import Contact, User

#: While one types, less is needed than for the review: a name alone is worth a look.
WORTH_A_LOOK = 40
#: Of each key, so many of the newest are looked at.
EACH = 60


def alike(
    user: User,
    *,
    first_name: str = "",
    last_name: str = "",
    organisation: str = "",
    city: str = "",
    limit: int = 4,
    but: int = 0,
) -> list[Contact]:
    """The contacts this person may see that are most alike, the likeliest first.

    E-mail and phone are asked about elsewhere.
    """
    wanted = known(0, first_name, last_name, organisation, city=city)
    if len("".join(wanted.names)) < 3:
        return []
    seen = _who(user, list(keys_of(wanted)), but)
    scored = [(likeness(wanted, _as_known(contact)).points, contact) for contact in seen]
    best = sorted((one for one in scored if one[0] >= WORTH_A_LOOK), key=lambda one: (-one[0], one[1].pk))
    return [contact for _, contact in best[:limit]]


def _who(user: User, keys: list[str], but: int) -> list[Contact]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT n.contact_id FROM unnest(%s::text[]) w(key), LATERAL"
            " (SELECT contact_id FROM crm_namekey k WHERE k.key = w.key ORDER BY contact_id DESC LIMIT %s) n",
            [keys, EACH],
        )
        ids = [row[0] for row in cursor.fetchall() if row[0] != but]
    names = ("first_name", "last_name", "organisation", "email", "phone", "city", "country", "external_id")
    return list(contacts_for(user).filter(pk__in=ids).only(*names)) if ids else []


def _as_known(contact: Contact) -> Known:
    return known(
        contact.pk,
        contact.first_name,
        contact.last_name,
        contact.organisation,
        city=contact.city,
        country=contact.country,
    )
