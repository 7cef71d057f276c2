"""Messages from unknown senders: who sees them, and what can be made of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import Consent, Contact, Event, UndoStep
from messaging.inbox.waiting import waiting_count
from messaging.models import Message
from messaging.strangers import attach
from tests.factories import contact
from tests.messaging.inbox.talks import from_them


def ago(**by):
    return timezone.now() - timedelta(**by)


@pytest.fixture
def mara(people):
    client = Client()
    client.force_login(people.mara)
    return client


@pytest.fixture
def letter(people):
    from_them(
        None, "Hello, do you help?", at=ago(hours=5), sender="lena@example.net", data={"sender_name": "Lena King"}
    )
    return from_them(None, "Are you there?", at=ago(hours=1), sender="lena@example.net")


@pytest.mark.parametrize(("who", "sees"), [("ada", True), ("mara", True), ("vera", True), ("sam", False)])
def test_what_nobody_holds_is_seen_by_all_but_agents(people, letter, who, sees):
    client = Client()
    client.force_login(getattr(people, who))
    page = client.get("/inbox/?tab=unknown").content.decode()
    assert ("Are you there?" in page) is sees
    assert client.get(f"/inbox/unknown/{letter.pk}/").status_code == (200 if sees else 404)


def test_what_a_sender_wrote_goes_to_the_contact_and_its_address_is_learnt(people, mara, letter):
    lena = contact("Lena", owner=people.sam, email="lena.king@example.org")
    answer = mara.post(f"/inbox/unknown/{letter.pk}/attach/", {"contact": lena.pk})
    assert answer.headers["Location"] == f"/inbox/{lena.pk}/"
    assert set(Message.objects.values_list("contact", flat=True)) == {lena.pk}
    lena.refresh_from_db()
    assert lena.other_emails == ["lena@example.net"]
    assert waiting_count(people.sam) == 1
    assert Event.objects.filter(contact=lena, kind="message_received").count() == 2
    assert lena.last_two_way_at is not None


def test_a_new_contact_is_made_of_the_sender(people, mara, letter):
    first = Message.objects.earliest("pk")
    mara.post(f"/inbox/unknown/{first.pk}/new/")
    lena = Contact.objects.get()
    assert (lena.first_name, lena.last_name, lena.email, lena.owner) == (
        "Lena",
        "King",
        "lena@example.net",
        people.mara,
    )
    assert lena.messages.count() == 2


def test_a_sender_who_is_somebody_already_is_named(people, mara, letter):
    contact("Otto’s client", owner=people.otto, email="lena@example.net")
    answer = mara.post(f"/inbox/unknown/{letter.pk}/new/", follow=True)
    assert "Another contact has the e-mail" in answer.content.decode()
    assert Message.objects.filter(contact=None).count() == 2


def test_nobody_is_attached_to_a_contact_out_of_sight(people, mara, letter):
    hidden = contact("Quillfeather", owner=people.otto)
    for given in (str(hidden.pk), "", "x", "9" * 30):
        mara.post(f"/inbox/unknown/{letter.pk}/attach/", {"contact": given})
    assert Message.objects.filter(contact=None).count() == 2


def test_what_needs_no_answer_is_set_aside_and_brought_back(people, mara, letter):
    mara.post(f"/inbox/unknown/{letter.pk}/aside/")
    assert "Are you there?" not in mara.get("/inbox/?tab=unknown").content.decode()
    mara.post(f"/undo/{UndoStep.objects.get(user=people.mara).pk}/")
    assert "Are you there?" in mara.get("/inbox/?tab=unknown").content.decode()


def test_who_it_could_be_is_offered_by_name(people, mara, letter):
    contact("Lena", last_name="Kingsley", owner=people.sam)
    first = Message.objects.earliest("pk")
    assert "It is Lena Kingsley" in mara.get(f"/inbox/unknown/{first.pk}/?q=Lena+Kin").content.decode()


def test_viewers_look_and_do_not_touch(people, letter):
    vera = Client()
    vera.force_login(people.vera)
    for verb in ("attach", "new", "aside"):
        assert vera.post(f"/inbox/unknown/{letter.pk}/{verb}/").status_code == 403


def test_a_wish_to_stop_is_honoured_once_it_is_known_whose_it_is(people):
    data = {"classified": "unsubscribe"}
    wish = from_them(None, "Take me off your list.", at=ago(hours=1), sender="lena@example.net", data=data)
    lena = contact("Lena")
    attach(Message.objects.filter(pk=wish.pk), lena, by=people.mara, now=timezone.now())
    said = Consent.objects.get(contact=lena)
    assert (said.channel, said.topic, said.state) == ("email", "marketing", "withdrawn")
