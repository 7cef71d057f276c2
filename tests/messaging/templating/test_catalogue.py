"""Templates made, changed, copied, put away and brought back; what cannot be is refused with its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm import audit, undo
from crm.languages import language_name
from crm.models import CustomField
from messaging.models import Message, MessageBody, MessageTemplate, TemplateVariant
from messaging.templating import catalogue as do
from messaging.templating.catalogue import Label, Stale
from messaging.templating.checking import BadTemplate, Draft
from messaging.templating.choosing_templates import Usage, message_templates_for, render_preview, templates_for, usage
from messaging.templating.missing import missing_fields, missing_values
from messaging.templating.testing import send_test
from messaging.templating.values import read_facts
from tests.factories import NOW, contact, contacts
from tests.messaging.templating.making import template
from tests.people import People

pytestmark = pytest.mark.django_db

MAIL = [{"kind": "text", "text": "Hello {{ contact.first_name|there }}"}]


def made(people: People, name: str = "Welcome", channel: str = "email", **words: Any) -> MessageTemplate:
    words = words or {"subject": "Welcome", "blocks": MAIL}
    return do.make(Label(name, channel), [Draft("en", **words)], by=people.mara, now=NOW)


def only(one: MessageTemplate) -> Any:
    return MessageTemplate.objects.filter(pk=one.pk)


def test_a_mail_is_built_once_when_it_is_stored(people: People) -> None:
    variant = made(people).variants.get()
    assert "Hello {{ contact.first_name|there }}" in variant.html
    assert variant.text == "Hello {{ contact.first_name|there }}\n"


@pytest.mark.parametrize(
    ("channel", "draft", "place", "said"),
    [
        ("email", Draft("en", blocks=MAIL), "subject", "A mail needs a subject."),
        ("email", Draft("en", subject="x"), "text", "Write what it says."),
        ("email", Draft("xx-yy-zz-1", subject="x", text="y"), "language", "Write the language as a tag"),
        (
            "email",
            Draft("en", subject="x", blocks=[{"kind": "text", "text": "a\n{{ contact.nme }}"}]),
            "blocks.0.text",
            "Line 2:",
        ),
        ("email", Draft("en", subject="{{ x", text="y"), "subject", "Line 1: {{ is opened and not closed."),
        (
            "email",
            Draft("en", subject="x", text="y", media=["https://a.org/x.png"]),
            "media",
            "This channel carries no",
        ),
        ("email", Draft("en", subject="x", text="y" * 60_001), "text", "It is too long"),
        (
            "email",
            Draft("en", subject="x", blocks=[{"kind": "text", "text": "y" * 19_000}] * 4),
            "blocks",
            "It is too long",
        ),
        ("sms", Draft("en"), "text", "Write what it says."),
        ("sms", Draft("en", text="x" * 1601), "text", "It has 1601 letters"),
        ("sms", Draft("en", text="я" * 700), "text", "It would be sent in 11 parts"),
        ("sms", Draft("en", text="{% for a in b %}"), "text", "Line 1: {% for a in b %} is not understood"),
        ("sms", Draft("en", text="{{ contact.custom.gone }}"), "text", "Line 1:"),
        (
            "whatsapp",
            Draft("en", text="x", media=["http://a.org/x.png"]),
            "media",
            "“http://a.org/x.png” is not an address",
        ),
        (
            "whatsapp",
            Draft("en", text="x", media=["https://a.org/x.exe"]),
            "media",
            "“https://a.org/x.exe” does not end",
        ),
        (
            "whatsapp",
            Draft("en", text="x", media=["https://a.org/1.png", "https://a.org/2.png"]),
            "media",
            "At most 1 goes",
        ),
    ],
)
def test_words_that_cannot_be_are_refused_with_their_place(
    people: People, channel: str, draft: Draft, place: str, said: str
) -> None:
    with pytest.raises(BadTemplate) as refused:
        do.make(Label("x", channel), [draft], by=people.mara, now=NOW)
    assert refused.value.problems[place].startswith(said)
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize(
    ("label", "place"),
    [
        (Label("", "email"), "name"),
        (Label("x" * 201, "email"), "name"),
        (Label("x", "pigeon"), "channel"),
        (Label("x", "email", topic="gossip"), "topic"),
        (Label("x", "email", language="nope!"), "language"),
        (Label("x", "whatsapp", whatsapp_state="approved"), "whatsapp_sid"),
        (Label("x", "whatsapp", whatsapp_sid="HX 1"), "whatsapp_sid"),
        (Label("x", "whatsapp", whatsapp_state="perhaps"), "whatsapp_state"),
        (Label("x", "email", language="es"), "language"),
    ],
)
def test_a_label_that_cannot_be_is_refused(people: People, label: Label, place: str) -> None:
    with pytest.raises(BadTemplate) as refused:
        do.make(label, [Draft("en", subject="x", text="y")], by=people.mara, now=NOW)
    assert list(refused.value.problems) == [place]


def test_own_fields_may_be_used(people: People) -> None:
    CustomField.objects.create(slug="visa", label="Visa")
    assert made(people, channel="sms", text="{{ contact.custom.visa|it }}").variants.get().text


def test_two_templates_of_a_channel_have_two_names(people: People) -> None:
    made(people)
    with pytest.raises(BadTemplate, match="There is a template “Welcome” on this channel already"):
        made(people)
    made(people, channel="sms", text="Hi")


def test_words_in_a_language_are_added_changed_and_taken_away(people: People) -> None:
    one = made(people)
    do.change(only(one), drafts=[Draft("es", subject="Hola", text="Hola")], now=NOW)
    do.change(only(one), drafts=[Draft("es", subject="Buenas", text="Hola")], now=NOW)
    assert dict(one.variants.values_list("language", "subject")) == {"en": "Welcome", "es": "Buenas"}
    with pytest.raises(BadTemplate, match="language of the template itself"):
        do.drop_language(only(one), "en", now=NOW)
    do.drop_language(only(one), "es", now=NOW)
    assert one.variants.get().language == "en"
    assert MessageTemplate.objects.get().version == 4


def test_a_change_to_what_somebody_else_changed_is_refused(people: People) -> None:
    one = made(people)
    do.change(only(one), label=Label("Hello", "email"), version=1, now=NOW)
    with pytest.raises(Stale):
        do.change(only(one), label=Label("Bye", "email"), version=1, now=NOW)
    with pytest.raises(BadTemplate, match="stays on its channel"):
        do.change(only(one), label=Label("Hello", "sms"), version=2, now=NOW)


def test_a_copy_has_every_language_and_no_approval(people: People) -> None:
    one = template(
        "whatsapp", name="Hi", text="a", others={"es": {"text": "b"}}, whatsapp_sid="HX1", whatsapp_state="approved"
    )
    copy, second = (do.duplicate(one, by=people.mara, now=NOW) for _ in "ab")
    assert (copy.name, second.name) == ("Hi (copy)", "Hi (copy 2)")
    assert (copy.whatsapp_sid, copy.whatsapp_state) == ("", "none")
    assert dict(copy.variants.values_list("language", "text")) == {"en": "a", "es": "b"}


def test_putting_away_can_be_taken_back_also_when_the_name_was_taken(people: People) -> None:
    one = made(people)
    result = do.archive(only(one), by=people.mara, now=NOW)
    assert templates_for("email") == []
    made(people)
    assert result.undo_id is not None
    assert undo.take_back(result.undo_id, by=people.mara, now=NOW).done == [one.pk]
    assert [offered.name for offered in templates_for("email")] == ["Welcome", "Welcome (2)"]


def test_every_change_is_in_the_audit_trail(people: People) -> None:
    one = made(people)
    do.change(only(one), label=Label("Hello", "email"), drafts=[Draft("en", subject="Hi", text="x")], now=NOW)
    entries, _ = audit.read(audit.Asked(kind="message_template"))
    assert entries[0].changes["name"] == ("Welcome", "Hello")
    words, _ = audit.read(audit.Asked(kind="template_words"))
    assert words[0].changes["subject"] == ("Welcome", "Hi")


def test_what_would_be_empty_is_known_before_sending(people: People) -> None:
    ana, ben, nobody = contact("Ana", language="es"), contact("Ben"), contact("", email="x@example.org")
    one = template(
        subject="Hi", text="Dear {{ contact.first_name }}, {{ contact.city|you }} {{ data.day }}",
        others={"es": {"subject": "Hola", "text": "{{ contact.city }}"}},
    )  # fmt: skip
    found = missing_values(one.pk, [ana.pk, ben.pk, nobody.pk], now=NOW)
    assert found.contacts == {"contact.city": [ana.pk], "contact.first_name": [nobody.pk]}
    assert found.everybody == {ana.pk, nobody.pk}
    assert found.sentence() == (
        "{{ contact.city }} is empty for 1 contact; {{ contact.first_name }} is empty for 1 contact; "
        "{{ data.day }} is filled by an automation only. Without a word after | they get nothing."
    )


def test_looking_for_what_is_missing_costs_the_same_for_many(
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    one = template(subject="Hi", text="{{ contact.first_name }}")
    ids = [each.pk for each in contacts(100)]
    with django_assert_num_queries(3):
        missing_values(one.pk, ids, now=NOW)


def test_the_missing_fields_of_free_words_are_told() -> None:
    ana = contact("Ana")
    values = read_facts([ana.pk], [], now=NOW).values(ana.pk, None, {})
    assert missing_fields("{{ contact.first_name }} {{ contact.city }}", values) == ["contact.city"]


def test_a_preview_shows_what_is_missing(people: People) -> None:
    one = template(subject="Hi {{ contact.first_name }}", text="In {{ contact.city }}")
    shown = render_preview(one, contact("Ana"), people.sam, now=NOW)
    assert (shown.subject, shown.text, shown.missing) == ("Hi Ana", "In [city]", ["contact.city"])
    assert "In [city]" in shown.html


def test_a_composer_is_offered_what_is_in_use_in_two_queries(
    django_assert_num_queries: Callable[[int], Any],
) -> None:
    for number in range(5):
        template("sms", name=f"T{number}", text="Hi", others={"es": {"text": "Hola"}})
    with django_assert_num_queries(2):
        offered = templates_for("sms")
    assert (offered[0].name, offered[0].languages, offered[0].begins) == ("T0", ("en", "es"), "Hi")


def test_uses_are_counted(people: People) -> None:
    one, other = template(text="a"), template(text="b")
    Message.objects.create(
        channel="email",
        kind="message",
        contact=contact("Ana"),
        template=one,
        dedupe_key="k",
        send_after=NOW,
        created_at=NOW,
    )
    assert usage([one.pk, other.pk]) == {one.pk: Usage(1, NOW), other.pk: Usage()}


def test_a_test_reaches_oneself_by_mail(people: People) -> None:
    one = template("sms", name="Ping", text="Hi {{ contact.first_name|there }}")
    pk = send_test(one, contact("Ana"), by=people.mara, now=NOW)
    message = Message.objects.get(pk=pk)
    assert (message.user, message.channel, message.subject) == (people.mara, "email", "Test: SMS: Ping")
    assert MessageBody.objects.get(pk=pk).text == "Hi Ana"


def test_templates_are_seen_by_who_sees_messages(people: People) -> None:
    template(text="a")
    people.vera.is_active = False
    assert [message_templates_for(one).count() for one in (people.sam, people.ada, people.vera)] == [1, 1, 0]


def test_words_go_with_their_template(people: People) -> None:
    made(people).delete()
    assert not TemplateVariant.objects.exists()


def test_a_plain_letter_with_a_field_in_an_address_can_be_previewed(people: People) -> None:
    one = template(subject="Hi", text="See https://example.org/{{ contact.city|x }} or {{ unsubscribe_url }}")
    shown = render_preview(one, contact("Ana", city="São"), people.sam, now=NOW)
    assert shown.missing == []
    assert '<a href="https://example.org/S%C3%A3o">' in shown.html


def test_a_template_without_words_has_no_preview(people: People) -> None:
    one = template(text="x")
    one.variants.all().delete()
    assert render_preview(one, None, people.sam, now=NOW).problem == "It has no words yet."


@pytest.mark.parametrize(
    ("tag", "name"),
    [("es", "Spanish"), ("pt-BR", "Brazilian Portuguese"), ("de-CH", "German (CH)"), ("tlh", "tlh")],
)
def test_a_language_has_a_name(tag: str, name: str) -> None:
    assert language_name(tag) == name
