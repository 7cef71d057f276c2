"""A crowd of contacts with records of every kind, odd letters, empty values, and days and amounts on the boundaries; and
random conditions about them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from crm.conditions.fields import Field, Type
from crm.conditions.operators import OPERATORS
from crm.conditions.subjects import Registry, registry
from crm.models import (
    Audience,
    AudienceMember,
    Consent,
    Contact,
    ContactTag,
    CustomField,
    Deal,
    Document,
    DocumentKind,
    Event,
    Invoice,
    Lifecycle,
    Partner,
    PartnerContact,
    Pipeline,
    Product,
    Stage,
    Tag,
    Team,
    User,
)
from followups.models import FollowUp, FollowUpType, Outcome
from messaging.models import Message, MessageTemplate
from messaging.models.message_event import MessageEvent

ZONE = "Europe/Paris"
#: A little after the clocks went forward, near midnight.
NOW = datetime(2026, 3, 29, 22, 30, tzinfo=UTC)

WORDS = [
    "",
    "Acme",
    "ACME",
    "acme ltd",
    "Ünal",
    "ÜNAL",
    "Straße",
    "İzmir",
    "50%_off",
    "a\\b",
    "ΟΔΟΣ",
    "  ",
    "x" * 150,
    "日本",
]
#: So many days from today, and times of day around midnight and around now.
DAYS = [-400, -31, -30, -8, -7, -6, -1, 0, 1, 6, 7, 8, 30, 400]
NUMBERS = [None, 0, 1, -1, 7, 7.5, 100, 1000, 0.1, 99999999]


def _today() -> date:
    return NOW.astimezone(ZoneInfo(ZONE)).date()


def _moment(random: Random) -> datetime | None:
    day = _today() + timedelta(days=random.choice(DAYS))
    midnight = datetime.combine(day, time(), tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
    return random.choice([None, midnight, midnight - timedelta(microseconds=1), midnight + timedelta(hours=9), NOW])


def _certain(random: Random) -> datetime:
    return _moment(random) or NOW


def _day(random: Random) -> date | None:
    return random.choice([None, _today() + timedelta(days=random.choice(DAYS))])


def fill(random: Random, number: int = 200) -> None:
    """Store the crowd."""
    people = [
        User.objects.create_user(f"p{i}@example.com", "demo", full_name=name) for i, name in enumerate(["Noor", "Sam"])
    ]
    teams = [Team.objects.create(name=name) for name in ("Visa", "Schools")]
    tags = [Tag.objects.create(name=name, slug=name.lower()) for name in ("VIP", "Hot", "Cold")]
    audiences = [Audience.objects.create(name=name, kind="static") for name in ("Alumni", "Parents")]
    for slug, kind, choices in (
        ("nickname", "text", []),
        ("2026", "number", []),
        ("budget", "money", []),
        ("passport-expiry", "date", []),
        ("level", "choice", ["A1", "B2"]),
        ("interests", "choices", ["Chess", "Golf", "Skiing"]),
        ("married", "yes_no", []),
    ):
        CustomField.objects.create(slug=slug, label=slug.capitalize(), kind=kind, choices=choices)
    contacts = Contact.objects.bulk_create([_contact(random, i, people, teams) for i in range(number)])
    for contact in contacts:
        for tag in random.sample(tags, random.randrange(3)):
            ContactTag.objects.create(contact=contact, tag=tag)
    some = [contact for contact in contacts if random.random() < 0.5]
    AudienceMember.objects.bulk_create(
        [AudienceMember(audience=random.choice(audiences), contact=one, since=NOW) for one in some]
    )
    Consent.objects.bulk_create(
        [
            Consent(
                contact=one,
                channel=random.choice(["email", "sms", "call"]),
                state=random.choice(["granted", "withdrawn"]),
                source="a form",
                recorded_at=NOW,
            )
            for one in contacts
            if random.random() < 0.5
        ]
    )
    _records(random, contacts, people)
    _work(random, contacts, people)


def _contact(random: Random, i: int, people: list[User], teams: list[Team]) -> Contact:
    custom = {
        "nickname": random.choice([None, *WORDS[:8]]),
        "2026": random.choice(NUMBERS),
        "budget": random.choice([*NUMBERS, "not a number", "12.50", True]),
        "passport-expiry": random.choice([None, (_day(random) or _today()).isoformat()]),
        "level": random.choice([None, "A1", "B2"]),
        "interests": random.choice([None, [], ["Chess"], ["Chess", "Golf"], "Chess"]),
        "married": random.choice([None, True, False]),
    }
    return Contact(
        first_name=random.choice(WORDS),
        last_name=random.choice(WORDS),
        organisation=random.choice(WORDS),
        email=random.choice(["", f"one{i}@example.org", f"two{i}@example.com"]),
        city=random.choice(WORDS),
        source=random.choice(["", "Website", "website", "Fair"]),
        country=random.choice(["", "IN", "FR"]),
        language=random.choice(["", "en", "fr"]),
        lifecycle=random.choice(Lifecycle.values),
        owner=random.choice([None, *people]),
        team=random.choice([None, *teams]),
        score=random.choice([0, 1, 7, 50, 100]),
        open_followups=random.choice([0, 1, 7]),
        rhythm_days=random.choice([None, 1, 7, 30]),
        last_two_way_at=_moment(random),
        last_attempt_at=_moment(random),
        next_due_by=_moment(random),
        created_at=_certain(random),
        updated_at=NOW,
        custom={slug: value for slug, value in custom.items() if value is not None or random.random() < 0.1},
    )


def _records(random: Random, contacts: list[Contact], people: list[User]) -> None:
    def some() -> list[Contact]:
        return [contact for contact in contacts for _ in range(random.choice([0, 0, 1, 2]))]

    pipeline = Pipeline.objects.create(name="Other sales")
    stages = [
        Stage.objects.create(pipeline=pipeline, name=name, kind=kind, rotting_days=days, probability=chance)
        for name, kind, days, chance in (
            ("Talking", "open", 7, 10),
            ("Offer", "open", None, 50),
            ("Won", "won", None, 100),
        )
    ]
    Product.objects.create(name="Course")
    Deal.objects.bulk_create([_deal(random, one, pipeline, random.choice(stages), people) for one in some()])
    kinds = [DocumentKind.objects.create(name=name) for name in ("Visa form", "Test result")]
    Document.objects.bulk_create(
        [
            Document(
                contact=one,
                name=random.choice(WORDS[1:]),
                kind=random.choice([None, *kinds]),
                state=random.choice(["requested", "rejected", "approved", "expired"]),
                required=random.choice([True, False]),
                requested_at=_certain(random),
                received_at=NOW,
                due_on=_day(random),
                expires_on=_day(random),
                deleted_at=random.choice([None, None, None, NOW]),
            )
            for one in some()
        ]
    )
    Invoice.objects.bulk_create([_invoice(random, i, one) for i, one in enumerate(some())])
    partners = [
        Partner.objects.create(name=name, kind=kind) for name, kind in (("Uni", "institution"), ("Fix", "agency"))
    ]
    PartnerContact.objects.bulk_create(
        [
            PartnerContact(
                partner=random.choice(partners), contact=one, role=random.choice(WORDS[:6]), since=_certain(random)
            )
            for one in contacts
            if random.random() < 0.4
        ]
    )
    Event.objects.bulk_create(
        [
            Event(
                contact=one,
                kind=random.choice(["payment_received", "custom.quiz", "note_added"]),
                actor=random.choice(["person", "contact", "system"]),
                two_way=random.choice([True, False]),
                occurred_at=_certain(random),
                recorded_at=NOW,
                data=random.choice([{}, {"amount": "100"}, {"amount": 7.5, "currency": "EUR"}, {"item": "Ünal"}]),
            )
            for one in some()
        ]
    )


def _work(random: Random, contacts: list[Contact], people: list[User]) -> None:
    """Follow-ups and messages, with what came of them."""
    some = [contact for contact in contacts for _ in range(random.choice([0, 0, 1, 2]))]
    types, outcomes = list(FollowUpType.objects.all()[:2]), [None, *Outcome.objects.all()[:2]]
    FollowUp.objects.bulk_create([_followup(random, one, people, types, outcomes) for one in some])
    template = MessageTemplate.objects.create(name="Hello", channel="email", created_at=NOW, updated_at=NOW)
    messages = Message.objects.bulk_create(
        [
            Message(
                contact=one,
                channel=random.choice(["email", "sms"]),
                direction=random.choice(["in", "out"]),
                kind="message",
                template=random.choice([None, template]),
                status=random.choice(["delivered", "bounced"]),
                dedupe_key=f"m{i}",
                send_after=NOW,
                created_at=_certain(random),
                sent_at=_moment(random),
            )
            for i, one in enumerate(some)
        ]
    )
    Message.objects.bulk_create(
        [
            Message(
                contact_id=one.contact_id,
                channel="email",
                direction="in",
                kind="received",
                answers=one.pk,
                dedupe_key=f"r{one.pk}",
                send_after=NOW,
                created_at=_certain(random),
            )
            for one in messages
            if random.random() < 0.3
        ]
    )
    MessageEvent.objects.bulk_create(
        [
            MessageEvent(
                message=random.choice(messages),
                kind=random.choice(["opened", "clicked"]),
                actor=random.choice(["person", "machine", ""]),
                at=_certain(random),
            )
            for _ in messages
        ]
    )


def _followup(random: Random, contact: Contact, people: list[User], types: list[Any], outcomes: list[Any]) -> FollowUp:
    status, due = random.choice(["pending", "missed", "completed"]), _certain(random)
    return FollowUp(
        contact=contact,
        subject=random.choice(WORDS[1:]),
        type=random.choice(types),
        assignee=random.choice(people),
        priority=random.choice(["low", "high"]),
        status=status,
        due_at=due,
        due_by=due,
        outcome=random.choice(outcomes),
        created_at=_certain(random),
        completed_at=_certain(random) if status == "completed" else None,
        deleted_at=random.choice([None, None, None, NOW]),
    )


def _deal(random: Random, contact: Contact, pipeline: Pipeline, stage: Stage, people: list[User]) -> Deal:
    amount = random.choice([None, Decimal("0.5"), Decimal(7), Decimal("7.5"), Decimal(1000)])
    return Deal(
        contact=contact,
        name=random.choice(WORDS[1:]),
        pipeline=pipeline,
        stage=stage,
        status=stage.kind,
        amount=amount,
        currency="" if amount is None else random.choice(["EUR", "USD"]),
        probability=random.choice([None, 7, 50]),
        expected_on=_day(random),
        owner=random.choice([None, *people]),
        stage_since=_certain(random),
        created_at=_certain(random),
        closed_at=None if stage.kind == "open" else _certain(random),
        deleted_at=random.choice([None, None, None, NOW]),
    )


def _invoice(random: Random, i: int, contact: Contact) -> Invoice:
    issued = _day(random) or _today()
    state = random.choice(["issued", "part_paid", "paid", "void"])
    return Invoice(
        contact=contact,
        number=f"R{i}",
        amount=random.choice([Decimal("0.5"), Decimal(7), Decimal(1000)]),
        currency=random.choice(["EUR", "USD"]),
        issued_on=issued,
        due_on=issued + timedelta(days=random.choice([0, 1, 7])),
        state=state,
        paid_at=_certain(random) if state == "paid" else None,
        deleted_at=random.choice([None, None, None, NOW]),
    )


class Asker:
    """Draws conditions; `choose` draws one of a list, so that hypothesis or a plain random may do it."""

    def __init__(self, choose: Callable[[list[Any]], Any]) -> None:
        """Learn what can be asked now."""
        self.choose = choose
        self.known: Registry = registry()
        self.options: dict[Any, list[Any]] = {}

    def condition(self, depth: int = 2) -> dict[str, Any]:
        """A group, or a test of the contact or its records."""
        kind = self.choose(["field", "field", "some", "group"] if depth else ["field", "some"])
        if kind == "group":
            some = range(self.choose([1, 2, 3]))
            return {self.choose(["all", "any", "none"]): [self.condition(depth - 1) for _ in some]}
        if kind == "field":
            return self.test(self.choose(self.known.fields()))
        subject = self.choose(list(self.known.subjects.values()))
        tests = [self.test(self.choose(list(subject.fields.values()))) for _ in range(self.choose([0, 1, 1, 2]))]
        asked: dict[str, Any] = {"some": subject.name, "where": tests}
        op = self.choose(["at_least", "at_most", "exactly", "none", ""])
        if op:
            asked["count"] = {"op": op} if op == "none" else {"op": op, "number": self.choose([1, 2])}
        if self.choose([True, False]):
            asked["within_days"] = self.choose([0, 1, 6, 7, 30])
        return asked

    def test(self, field: Field) -> dict[str, Any]:
        op = self.choose(list(OPERATORS[field.type]))
        test: dict[str, Any] = {"field": field.name, "op": op}
        if op in ("set", "not_set"):
            return test
        if op in ("within_last", "longer_ago", "within_next", "further_off"):
            return test | {"value": self.choose([0, 1, 6, 7, 30])}
        if op == "between":
            return test | {"value": sorted([self.value(field), self.value(field)])}
        if op in ("in", "not_in", "has_any", "has_all", "has_none"):
            return test | {"value": [self.value(field) for _ in range(self.choose([1, 2]))]}
        return test | {"value": self.value(field)}

    def value(self, field: Field) -> Any:
        if field.type is Type.TEXT:
            return self.choose([*(word for word in WORDS if word.strip()), "e", "example.org", "a", "w", "%", "\\"])
        if field.type in (Type.NUMBER, Type.MONEY):
            return self.choose([number for number in NUMBERS if number is not None])
        if field.type in (Type.DATE, Type.MOMENT):
            return (_today() + timedelta(days=self.choose(DAYS))).isoformat()
        if field.type is Type.YES_NO:
            return self.choose([True, False])
        key = field.source.name if field.source else id(field.options)
        if key not in self.options:
            self.options[key] = list(field.source.load() if field.source else field.options or {"A1": ""})[:40]
        usual = [one for one in ("IN", "EUR", "USD", "payment_received", "custom.quiz") if one in self.options[key]]
        return self.choose(usual or self.options[key])
