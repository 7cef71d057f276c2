"""Two contacts with everything that a contact can have, and all that the database holds of them."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

from django.db import connection

from crm.consent import set_consent
from crm.merging.relations import relations
from crm.merging.rows import OF_MERGING
from crm.models import (
    Audience,
    AudienceMember,
    Consent,
    Contact,
    ContactParticipant,
    ContactTag,
    Deal,
    Note,
    Partner,
    PartnerContact,
    Pipeline,
    Tag,
)
from crm.timeline import Happening, record
from messaging.models import ContactPreference, Message, Thread
from messaging.threads import Line, note_lines
from tests.factories import NOW, contact, followup
from tests.people import People


def everything_of(*ids: int) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that belongs to these contacts, and the contacts and their search words."""
    found: dict[str, list[dict[str, Any]]] = {}
    with connection.cursor() as cursor:
        for one in relations():
            but = (
                f" AND kind NOT IN ({', '.join(repr(kind) for kind in OF_MERGING)})" if one.table == "crm_event" else ""
            )
            cursor.execute(
                f'SELECT to_jsonb(t)::text FROM "{one.table}" t WHERE "{one.column}" = ANY(%s){but} ORDER BY "{one.key}"',
                [list(ids)],
            )
            found[f"{one.table}.{one.column}"] = [json.loads(row[0]) for row in cursor.fetchall()]
        # The database writes these anew whenever an address changes: their numbers mean nothing.
        for row in (others := found["crm_otheraddress.contact_id"]):
            row.pop("id")
        others.sort(key=str)
        cursor.execute("SELECT to_jsonb(c)::text FROM crm_contact c WHERE id = ANY(%s) ORDER BY id", [list(ids)])
        found["crm_contact"] = [json.loads(row[0]) for row in cursor.fetchall()]
        cursor.execute(
            "SELECT object_id, terms::text FROM crm_searchentry WHERE kind = 'contact' AND object_id = ANY(%s)"
            " UNION ALL SELECT object_id, terms::text FROM crm_searchentry WHERE kind = 'note' AND object_id IN"
            " (SELECT id FROM crm_note WHERE contact_id = ANY(%s)) UNION ALL SELECT object_id, terms::text"
            " FROM crm_searchentry WHERE kind = 'followup' AND object_id IN"
            " (SELECT id FROM followups_followup WHERE contact_id = ANY(%s)) ORDER BY 1, 2",
            [list(ids)] * 3,
        )
        found["search"] = [{"id": row[0], "terms": row[1]} for row in cursor.fetchall()]
    return found


class World:
    """What contacts may have in common: tags, audiences, partners, a pipeline."""

    def __init__(self, people: People, seed: int = 1) -> None:
        self.people, self.dice = people, random.Random(seed)
        self.tags = [Tag.objects.create(name=f"Tag {i}", slug=f"tag-{i}") for i in range(3)]
        self.audiences = [Audience.objects.create(name=f"Audience {i}", kind="static") for i in range(2)]
        self.partners = [Partner.objects.create(name=f"Partner {i}", kind="agency") for i in range(2)]
        self.pipeline = Pipeline.objects.order_by("pk").first()

    def somebody(self, name: str = "Maria", **fields: Any) -> Contact:
        """A contact with a random choice of everything."""
        dice, people = self.dice, self.people
        staff = [people.mara, people.sam, people.noor, people.otto]
        who = contact(
            name,
            last_name="Silva",
            owner=dice.choice([*staff, None]),
            team=dice.choice([people.visa, people.schools, None]),
            other_emails=[f"{name.lower()}.{dice.randrange(10**9)}@example.net"] * dice.randrange(2),
            phone=f"+3519{dice.randrange(10**7, 10**8)}",
            custom={"passport": str(dice.randrange(100))} if dice.random() < 0.5 else {},
            lifecycle=dice.choice(["new", "working", "client"]),
            **fields,
        )
        for tag in self.some(self.tags):
            ContactTag.objects.create(contact=who, tag=tag)
        for audience in self.some(self.audiences):
            AudienceMember.objects.create(audience=audience, contact=who, since=NOW)
        for partner in self.some(self.partners):
            PartnerContact.objects.create(partner=partner, contact=who, role=dice.choice(["", "referred by"]))
        for user in self.some(staff):
            ContactParticipant.objects.get_or_create(contact=who, user=user)
        for _ in range(dice.randrange(3)):
            Note.objects.create(contact=who, text=f"Note {dice.random()}", author=dice.choice(staff))
        for _ in range(dice.randrange(4)):
            followup(who, dice.choice(staff))
        for channel in self.some(["email", "sms", "whatsapp"]):
            set_consent([who.pk], channel, "all", dice.choice(["granted", "withdrawn"]), "a form", people.ada, NOW)
        if self.pipeline and dice.random() < 0.7:
            Deal.objects.create(
                name="A deal", contact=who, pipeline=self.pipeline, stage=self.pipeline.stages.order_by("pk").first(),
                owner=people.sam, currency="EUR", amount=100,
            )  # fmt: skip
        self._talk(who)
        record([Happening("call_logged", who.pk, NOW - timedelta(days=dice.randrange(9)), data={"outcome": "reached"},
                          two_way=dice.random() < 0.5)], now=NOW)  # fmt: skip
        return who

    def some(self, many: list[Any]) -> list[Any]:
        return [one for one in many if self.dice.random() < 0.5]

    def _talk(self, who: Contact) -> None:
        dice = self.dice
        for number in range(dice.randrange(3)):
            at = NOW - timedelta(hours=dice.randrange(1, 99))
            Message.objects.create(
                contact=who, channel="email", direction="in", status="delivered", kind="reply", send_after=at,
                subject=f"Hello {number}", dedupe_key=f"in:{who.pk}:{number}", created_at=at,
            )  # fmt: skip
            note_lines([Line(who.pk, "email", "in", at, f"Hello {number}", person=True)])
        if dice.random() < 0.5:
            ContactPreference.objects.create(
                contact=who, quiet_from=f"{dice.randrange(18, 23)}:00", quiet_to="08:00", updated_at=NOW,
                weekends=dice.choice([None, True, False]), tracking=dice.random() < 0.5,
                away_until=dice.choice([None, date(2026, 4, dice.randrange(1, 29))]),
            )  # fmt: skip


__all__ = ["NOW", "Consent", "Thread", "World", "everything_of"]
