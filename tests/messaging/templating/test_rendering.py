"""What leaves: the right words in the right language, whole or not at all, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from crm.models import Organisation
from messaging.models import MessageBody
from messaging.outbox import NewMessage, put
from messaging.templating.rendering import written_for_contacts
from messaging.tracking.tokens import read_unsubscribe
from tests.factories import NOW, contact, contacts
from tests.messaging.templating.making import claimed, template
from tests.people import People

pytestmark = pytest.mark.django_db


def test_each_contact_gets_the_template_in_their_language() -> None:
    made = template(
        subject="Welcome, {{ contact.first_name|friend }}",
        text="Hello {{ contact.first_name|friend }}!",
        others={"es": {"subject": "Bienvenida", "text": "¡Hola {{ contact.first_name|amiga }}!"}},
    )
    rows = [
        claimed(contact(name, language=language).pk, template_id=made.pk)
        for name, language in (("Ann", "en-GB"), ("Ana", "es-MX"), ("", "es"), ("Jo", ""))
    ]
    words = written_for_contacts(rows, now=NOW)
    assert [(words[row.pk].subject, words[row.pk].text) for row in rows] == [
        ("Welcome, Ann", "Hello Ann!"),
        ("Bienvenida", "¡Hola Ana!"),
        ("Bienvenida", "¡Hola amiga!"),
        ("Welcome, Jo", "Hello Jo!"),
    ]


def test_a_value_without_fallback_is_a_problem_and_never_half_a_mail() -> None:
    made = template(subject="Hi", text="Dear {{ contact.first_name }},")
    ann, nobody = claimed(contact("Ann").pk, template_id=made.pk), claimed(contact("").pk, template_id=made.pk)
    words = written_for_contacts([ann, nobody], now=NOW)
    assert words[ann.pk].text == "Dear Ann,"
    assert words[nobody.pk].text == ""
    assert words[nobody.pk].problem == (
        "{{ contact.first_name }} is empty for this contact, and no words stand in for it."
    )


def test_every_field_has_its_value(people: People) -> None:
    Organisation.objects.update(name="Nova")
    ann = contact(
        "Ann", last_name="Lee", organisation="Lee Ltd", city="Leeds", phone="+441132000000", owner=people.sam,
        email="ann@example.org", custom={"visa": "study", "ready": True}, last_two_way_at=NOW - timedelta(days=41),
    )  # fmt: skip
    text = (
        "{{ contact.full_name }}/{{ contact.organisation }}/{{ contact.city }}/{{ contact.phone }}/{{ contact.email }}/"
        "{{ contact.custom.visa }}/{{ contact.custom.ready }}/{{ days_inactive }}/{{ sender.name }}/"
        "{{ organisation.name }}/{{ data.order.number }}"
    )
    row = claimed(ann.pk, channel="sms", data={"text": text, "order": {"number": 7}})
    assert written_for_contacts([row], now=NOW)[row.pk].text == (
        f"Ann Lee/Lee Ltd/Leeds/+441132000000/ann@example.org/study/yes/41/{people.sam.name}/Nova/7"
    )


def test_the_author_signs_before_the_owner(people: People) -> None:
    row = claimed(contact("Ann", owner=people.sam).pk, author_id=people.mara.pk, data={"text": "{{ sender.name }}"})
    assert written_for_contacts([row], now=NOW)[row.pk].text == people.mara.name


def test_the_way_out_is_a_link_of_this_contact_and_topic() -> None:
    ann = contact("Ann")
    row = claimed(ann.pk, topic="marketing", data={"text": "{{ unsubscribe_url }}"})
    link = written_for_contacts([row], now=NOW)[row.pk].text
    assert read_unsubscribe(link.rpartition("/")[2]).contact_id == ann.pk


def test_words_that_are_there_are_kept_and_filled() -> None:
    ann = contact("Ann")
    [pk] = put([NewMessage("sms", "message", "k", contact_id=ann.pk, text="Hi {{ contact.first_name }}")], now=NOW)
    made = template("sms", text="Another")
    row = claimed(ann.pk, pk=pk, channel="sms", template_id=made.pk)
    assert MessageBody.objects.get(pk=pk)
    assert written_for_contacts([row], now=NOW)[pk].text == "Hi Ann"


def test_approved_words_and_media_survive_a_second_attempt() -> None:
    ann = contact("Ann")
    media = ["https://example.org/a.jpg"]
    text = "Hi {{ contact.first_name }}"
    approved = template("whatsapp", text=text, media=media, whatsapp_sid="HX1", whatsapp_state="approved")
    [pk] = put([NewMessage("whatsapp", "message", "k", contact_id=ann.pk, text="Hi Ann")], now=NOW)
    row = claimed(ann.pk, pk=pk, channel="whatsapp", template_id=approved.pk, attempts=2)
    words = written_for_contacts([row], now=NOW)[pk]
    assert (words.template_sid, words.variables, words.media) == ("HX1", {"1": "Ann"}, tuple(media))


def test_a_mail_of_plain_words_has_escaped_html_too() -> None:
    row = claimed(contact("Ann").pk, subject="Hello", data={"text": "a < b\n\nSee https://example.org/x."})
    words = written_for_contacts([row], now=NOW)[row.pk]
    assert words.subject == "Hello"
    assert "a &lt; b" in words.html
    assert '<a href="https://example.org/x">https://example.org/x</a>.' in words.html


@pytest.mark.parametrize(("state", "sid"), [("approved", "HX1"), ("pending", ""), ("rejected", ""), ("none", "")])
def test_whatsapp_uses_its_template_only_once_approved(state: str, sid: str) -> None:
    made = template(
        "whatsapp",
        text="Hi {{ contact.first_name|there }}, {{ data.what }} on {{ data.day }}, {{ contact.first_name|there }}.",
        whatsapp_sid="HX1",
        whatsapp_state=state,
    )
    row = claimed(
        contact("Ann").pk, channel="whatsapp", template_id=made.pk, data={"what": "your\nvisit", "day": "Monday"}
    )
    words = written_for_contacts([row], now=NOW)[row.pk]
    assert words.template_sid == sid
    assert words.variables == ({"1": "Ann", "2": "your visit", "3": "Monday"} if sid else {})
    assert words.text == "Hi Ann, your\nvisit on Monday, Ann."


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"data": {"text": "{{ contact.nam }}"}}, "is not a field"),
        ({"data": {}}, "It has no words."),
        ({"template_id": 999_999}, "Its template has no words."),
    ],
)
def test_what_cannot_be_written_says_so(fields: dict[str, Any], said: str) -> None:
    row = claimed(contact("Ann").pk, **fields)
    assert said in written_for_contacts([row], now=NOW)[row.pk].problem


def test_a_batch_costs_five_queries(django_assert_num_queries: Callable[[int], Any], people: People) -> None:
    made = template(subject="Hi", text="Hi {{ contact.first_name|there }}", others={"es": {"text": "Hola"}})
    rows = [claimed(one.pk, template_id=made.pk, author_id=people.sam.pk) for one in contacts(60)]
    with django_assert_num_queries(5):
        written_for_contacts(rows, now=NOW)


def test_the_media_of_template_and_message_go_along() -> None:
    made = template("whatsapp", text="Look", media=["https://example.org/a.jpg"])
    row = claimed(contact("Ann").pk, channel="whatsapp", template_id=made.pk, media=("https://example.org/b.pdf",))
    words = written_for_contacts([row], now=NOW)[row.pk]
    assert words.media == ("https://example.org/a.jpg", "https://example.org/b.pdf")


@pytest.mark.parametrize(
    ("language", "day", "said"),
    [
        ("en", "2026-11-20", "20 November 2026"),
        ("es", "2026-11-20", "20 de noviembre de 2026"),
        ("de", "2026-03-01", "1. März 2026"),
        ("tlh", "2026-11-20", "2026-11-20"),
        ("../x", "2026-11-20", "2026-11-20"),
        ("en", "2026-02-31", "2026-02-31"),
        ("en", "2026-11-20x", "2026-11-20x"),
    ],
)
def test_a_day_is_said_in_the_language_of_the_words(language: str, day: str, said: str) -> None:
    made = template("sms", text="{{ contact.custom.due }} {{ data.due }}", language=language)
    row = claimed(contact("Ann", custom={"due": day}).pk, channel="sms", template_id=made.pk, data={"due": day})
    assert written_for_contacts([row], now=NOW)[row.pk].text == f"{said} {said}"
