"""The pages of templates as plain forms: what is typed is kept, what is wrong is said beside it."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from messaging.models import Message, MessageTemplate
from messaging.templating.catalogue import make
from messaging.templating.starters import STARTERS
from tests.factories import NOW, contact
from tests.messaging.templating.making import form_in, template
from tests.people import People

pytestmark = pytest.mark.django_db

MAIL = {
    "name": "Hello", "channel": "email", "topic": "service", "language": "en", "subject": "Hi", "preheader": "Soon",
    "b0-kind": "heading", "b0-text": "One", "b0-level": "1", "b1-kind": "text", "b1-text": "Two",
}  # fmt: skip


@pytest.fixture
def mara(client: Client, people: People) -> Client:
    client.force_login(people.mara)
    return client


@pytest.mark.parametrize(
    ("do", "blocks"),
    [
        ("add:text", ["heading", "text", "text"]),
        ("add:columns", ["heading", "text", "columns"]),
        ("add:marquee", None),
        ("up:1", ["text", "heading"]),
        ("up:0", ["heading", "text"]),
        ("down:0", ["text", "heading"]),
        ("down:1", ["heading", "text"]),
        ("remove:0", ["text"]),
        ("remove:99", ["heading", "text"]),
        ("remove:x", None),
    ],
)
def test_blocks_are_added_moved_and_removed_without_storing_anything(
    mara: Client, do: str, blocks: list[str] | None
) -> None:
    answer = mara.post("/templates/new/", MAIL | {"do": do})
    if blocks is None:  # no such button: the form is taken as sent
        assert answer.status_code == 302
        return
    assert answer.status_code == 200
    form = form_in(answer)
    assert [value for name, value in form.items() if name.endswith("-kind")] == blocks
    assert (form["subject"], form["preheader"]) == ("Hi", "Soon")
    assert not MessageTemplate.objects.exists()


def test_a_mail_is_written_with_blocks(mara: Client) -> None:
    answer = mara.post("/templates/new/", MAIL)
    made = MessageTemplate.objects.get()
    assert answer["Location"] == f"/templates/{made.pk}/"
    assert made.variants.get().text == "One\n\nTwo\n"
    assert ">Soon</div>" in made.variants.get().html


def test_what_is_wrong_stands_beside_it_and_nothing_typed_is_lost(mara: Client) -> None:
    answer = mara.post("/templates/new/", MAIL | {"subject": "", "b1-text": "Dear {{ contact.frist_name }}"})
    page = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "A mail needs a subject." in page
    assert "Line 1: {{ contact.frist_name }} is not a field; did you mean contact.first_name?" in page
    assert "Dear {{ contact.frist_name }}" in page
    assert not MessageTemplate.objects.exists()


@pytest.mark.parametrize("one", STARTERS, ids=lambda one: one.slug)
def test_every_starter_is_good_and_brings_all_its_languages(mara: Client, one: Any) -> None:
    form = form_in(mara.get(f"/templates/new/?start={one.slug}"))
    assert mara.post("/templates/new/", form).status_code == 302
    assert set(MessageTemplate.objects.get().variants.values_list("language", flat=True)) == {"en", "es"}


def test_a_language_is_added_by_changing_the_words_of_the_own_one(mara: Client) -> None:
    one = template("sms", name="Ping", text="Hello")
    shown = mara.get(f"/templates/{one.pk}/edit/?language=pt_br")
    form = form_in(shown)
    assert (form["language"], form["text"]) == ("pt-BR", "Hello")
    form["text"] = "Olá"
    assert mara.post(f"/templates/{one.pk}/edit/", form).status_code == 302
    assert dict(one.variants.values_list("language", "text")) == {"en": "Hello", "pt-BR": "Olá"}
    mara.post(f"/templates/{one.pk}/drop-language/", {"language": "pt-BR"})
    assert one.variants.get().language == "en"


def test_who_saves_second_is_told_and_may_insist(mara: Client) -> None:
    one = template("sms", name="Ping", text="Hello")
    form = {"name": "Ping", "topic": "service", "own": "en", "language": "en", "text": "First", "version": "1"}
    mara.post(f"/templates/{one.pk}/edit/", form)
    answer = mara.post(f"/templates/{one.pk}/edit/", form | {"text": "Second"})
    assert answer.status_code == 422
    assert "Somebody else has changed this template meanwhile" in answer.content.decode()
    again = form | {"text": "Second", "version": form_in(answer)["version"]}
    assert mara.post(f"/templates/{one.pk}/edit/", again).status_code == 302
    assert one.variants.get().text == "Second"


def test_the_page_shows_the_words_to_one_client_in_their_language(mara: Client, people: People) -> None:
    ana = contact("Ana", owner=people.mara, language="es")
    one = make(STARTERS[0].label, STARTERS[0].drafts, by=people.mara, now=NOW)
    answer = mara.get(f"/templates/{one.pk}/?contact={ana.pk}")
    assert "<b>Te damos la bienvenida, Ana</b>" in answer.content.decode()
    frame = mara.get(f"/templates/{one.pk}/body/?contact={ana.pk}&look=dark")
    assert "Te damos la bienvenida, Ana" in frame.content.decode()
    assert "@media all" in frame.content.decode()
    assert "sandbox" in frame["Content-Security-Policy"]
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


def test_a_client_of_others_is_not_shown(client: Client, people: People) -> None:
    hidden = contact("Hidden", owner=people.otto)
    one = template("sms", text="Hi {{ contact.first_name|there }}")
    client.force_login(people.sam)
    for page in ("", "body/"):
        answer = client.get(f"/templates/{one.pk}/{page}?contact={hidden.pk}").content.decode()
        assert "Hidden" not in answer
    assert "Hi there" in answer


def test_missing_words_are_warned_of(mara: Client, people: People) -> None:
    ana = contact("Ana", owner=people.mara)
    one = template("sms", text="In {{ contact.city }}")
    page = mara.get(f"/templates/{one.pk}/?contact={ana.pk}").content.decode()
    assert "Some words are missing" in page
    assert "contact.city" in page


def test_a_draft_is_shown_in_its_frame_and_not_stored(mara: Client, people: People) -> None:
    ana = contact("Ana", owner=people.mara)
    form = {"channel": "sms", "language": "en", "text": "Hi {{ contact.first_name }}", "contact": str(ana.pk)}
    assert "Hi Ana" in mara.post("/templates/draft/", form).content.decode()
    wrong = mara.post("/templates/draft/", form | {"text": "{{ oops"}).content.decode()
    assert "Line 1: {{ is opened and not closed." in wrong
    assert not MessageTemplate.objects.exists()


def test_a_test_goes_to_oneself(mara: Client, people: People) -> None:
    one = template("email", subject="Hi", text="Hello")
    mara.post(f"/templates/{one.pk}/test/", {})
    assert Message.objects.get(kind="template_test").user == people.mara


def test_putting_away_offers_an_undo(mara: Client) -> None:
    one = template("sms", name="Ping", text="Hello")
    answer = mara.post(f"/templates/{one.pk}/archive/", follow=True)
    assert "/undo/" in answer.content.decode()
    assert ">Ping</a>" not in answer.content.decode()
    assert ">Ping</a>" in mara.get("/templates/?archived=1").content.decode()


def test_a_copy_opens_for_writing(mara: Client) -> None:
    one = template("sms", name="Ping", text="Hello")
    answer = mara.post(f"/templates/{one.pk}/duplicate/", follow=True)
    assert form_in(answer)["name"] == "Ping (copy)"


@pytest.mark.parametrize("query", ["?channel=pigeon", "?topic=x&archived=maybe", "?channel=sms&topic=service"])
def test_the_list_takes_any_address(mara: Client, query: str) -> None:
    assert mara.get(f"/templates/{query}").status_code == 200


def test_the_list_costs_the_same_for_many(mara: Client, django_assert_max_num_queries: Callable[[int], Any]) -> None:
    for number in range(3):
        template("sms", name=f"A{number}", text="Hello")
    mara.get("/templates/")
    for number in range(20):
        template("sms", name=f"B{number}", text="Hello", others={"es": {"text": "Hola"}})
    with django_assert_max_num_queries(12):
        mara.get("/templates/")


HOSTILE = {
    "b0-kind": "columns", "b1-kind": "spacer", "b1-height": "x" * 50, "b2-kind": "heading", "b2-level": "9", "b99-kind": "text",
    "version": "9" * 40, "contact": "1,2,x", "language": "\x00", "name": "\x00", "own": "{{", "media": "ftp://x\n\x00",
}  # fmt: skip


@pytest.mark.parametrize("channel", ["email", "sms", "whatsapp", "pigeon", ""])
def test_nonsense_is_refused_and_never_an_error_of_ours(mara: Client, channel: str) -> None:
    form = HOSTILE | {"channel": channel}
    assert mara.post("/templates/new/", form).status_code == 422
    assert mara.post("/templates/draft/", form).status_code == 200
    one = template("email", subject="x", text="x")
    assert mara.post(f"/templates/{one.pk}/edit/", form).status_code == 422
    assert mara.get(f"/templates/{one.pk}/edit/?language=%00").status_code == 200
    assert mara.get("/templates/99999999999999999999/").status_code == 404


@pytest.mark.parametrize("bad", ["\x00", "a\x00b", "\u2028", "\ue0000\ue001", "zq0qz"])
def test_letters_that_no_database_holds_are_left_out(mara: Client, bad: str) -> None:
    form = MAIL | {"b0-text": f"One{bad}", "b1-text": f"Two{bad}", "preheader": bad, "subject": f"Hi{bad}"}
    assert mara.post("/templates/new/", form).status_code == 302
    one = MessageTemplate.objects.get().variants.get()
    assert one.text.startswith("One")
    assert "\ue000" not in one.html
    sms = {"name": "Ping", "channel": "sms", "topic": "service", "language": "en", "text": f"Hello{bad}"}
    assert mara.post("/templates/new/", sms).status_code == 302
