"""The bell, the list of messages, one message, and how one is told."""

from __future__ import annotations

from datetime import UTC, datetime, time

import pytest
from django.test import Client

from crm.models import User
from messaging.bell import unread_count
from messaging.delivery import deliver_due
from messaging.models import Message, NotificationPreference
from messaging.notices import Notice, NoticeKind, register_notice, tell
from messaging.preferences import wishes_of
from tests.factories import contact

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
register_notice(NoticeKind("test_bell", "Test bells"), NoticeKind("test_both", "Test both", ("in_app", "email")))


def say(person, subject="Call Maria", kind="test_both", key="", **data):
    tell([Notice(person.pk, kind, subject, data or {"url": "/followups/7/"}, key or f"{person.pk}:{subject}")], now=NOW)


@pytest.fixture
def sam(people):
    client = Client()
    client.force_login(people.sam)
    return client


@pytest.fixture
def ada(people):
    client = Client()
    client.force_login(people.ada)
    return client


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


def test_the_bell_lists_what_one_was_told_and_nobody_elses(sam, people):
    say(people.sam, "Call <Maria>")
    say(people.noor, "Call Hassan")
    page = text(sam.get("/notifications/"))
    assert "Call &lt;Maria&gt;" in page
    assert "Hassan" not in page
    assert "1 unread" in page


def test_opening_a_notice_marks_it_read_and_goes_there(sam, people):
    say(people.sam)
    notice = Message.objects.get(channel="in_app")
    assert sam.get(f"/notifications/{notice.pk}/open/").status_code == 405
    answer = sam.post(f"/notifications/{notice.pk}/open/")
    assert answer.headers["Location"] == "/followups/7/"
    assert unread_count(people.sam) == 0


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_a_notice_leads_nowhere_but_here(sam, people, url):
    say(people.sam, url=url)
    answer = sam.post(f"/notifications/{Message.objects.get(channel='in_app').pk}/open/")
    assert answer.headers["Location"] == "/notifications/"


def test_nobody_reads_for_others(sam, people):
    say(people.noor)
    notice = Message.objects.get(channel="in_app")
    sam.post(f"/notifications/{notice.pk}/open/")
    sam.post("/notifications/read/", {"id": notice.pk})
    sam.post("/notifications/read/")
    assert unread_count(people.noor) == 1


def test_all_are_marked_read_at_once(sam, people):
    for n in range(3):
        say(people.sam, f"Call {n}")
    sam.post("/notifications/read/")
    assert unread_count(people.sam) == 0
    assert set(Message.objects.filter(channel="in_app").values_list("status", flat=True)) == {"read"}


def test_a_muted_kind_rings_no_more(sam, people):
    sam.post("/notifications/mute/test_both/")
    say(people.sam)
    assert unread_count(people.sam) == 0
    assert sam.post("/notifications/mute/nothing_such/").status_code == 404


def test_the_bell_pages_by_key(sam, people):
    for n in range(35):
        say(people.sam, f"Call number {n}.", kind="test_bell")
    page = text(sam.get("/notifications/"))
    assert "Call number 34." in page
    assert "Call number 4." not in page
    older = Message.objects.order_by("-pk")[29].pk
    assert f"?before={older}" in page
    assert "Call number 4." in text(sam.get(f"/notifications/?before={older}"))


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 30, "1.5", "\0", "٣"])
def test_odd_numbers_in_addresses_are_no_error(ada, odd):
    assert ada.get("/notifications/", {"before": odd}).status_code == 200
    assert ada.get("/messages/", {"before": odd, "after": odd, "person": odd, "status": odd}).status_code == 200
    assert ada.post("/notifications/read/", {"id": odd}).status_code == 302


def test_the_list_shows_each_only_what_they_may_see(sam, ada, people):
    say(people.sam, "For Sam")
    say(people.otto, "For Otto")
    page = text(sam.get("/messages/"))
    assert "For Sam" in page
    assert "For Otto" not in page
    assert "For Otto" in text(ada.get("/messages/"))


def test_the_list_is_narrowed_by_its_address(ada, people):
    say(people.sam, "By mail")
    say(people.sam, "By bell", kind="test_bell")
    page = text(ada.get("/messages/", {"channel": "email"}))
    assert "By mail" in page
    assert "By bell" not in page
    assert "By bell" in text(ada.get("/messages/", {"kind": "test_bell"}))
    assert "Nothing matches" in text(ada.get("/messages/", {"status": "bounced"}))
    assert "Nothing matches" in text(ada.get("/messages/", {"person": people.noor.pk}))


def test_a_page_of_messages_costs_as_many_queries_as_an_empty_one(ada, people, django_assert_max_num_queries):
    for n in range(60):
        say(people.sam, f"Call {n}")
    with django_assert_max_num_queries(8):
        ada.get("/messages/")


def test_the_list_pages_both_ways(ada, people):
    for n in range(60):
        say(people.sam, f"Call number {n}.", kind="test_bell")
    first = Message.objects.order_by("-pk")[49].pk
    page = text(ada.get("/messages/", {"before": first}))
    assert "Call number 9." in page
    newest = Message.objects.order_by("-pk")[50].pk
    back = text(ada.get("/messages/", {"after": newest}))
    assert "Call number 59." in back
    assert "Call number 10." in back
    assert "Call number 9." not in back


def test_one_message_shows_how_it_looks_and_why(sam, people):
    say(people.sam, "Call Maria", lines=["Soon & soft"])
    mail = Message.objects.get(channel="email")
    page = text(sam.get(f"/messages/{mail.pk}/"))
    assert "As it would look if it left now" in page
    assert "Sam is told of this kind by e-mail and has not chosen otherwise." in page
    body = sam.get(f"/messages/{mail.pk}/body/")
    assert "Soon &amp; soft" in text(body)
    assert "sandbox" in body.headers["Content-Security-Policy"]
    assert "default-src 'none'" in body.headers["Content-Security-Policy"]
    assert body.headers["X-Frame-Options"] == "SAMEORIGIN"
    deliver_due(NOW)
    page = text(sam.get(f"/messages/{mail.pk}/"))
    assert "Kept on this machine." in page
    assert "As it looks" in page


def test_a_held_and_a_muted_message_say_why(sam, people):
    User.objects.filter(pk=people.sam.pk).update(quiet_from=time(8), quiet_to=time(10))
    say(people.sam, "Held")
    NotificationPreference.objects.create(user=people.sam, kind="test_both", channels=[])
    say(people.sam, "Muted")
    held, muted = Message.objects.get(subject="Held", channel="email"), Message.objects.get(subject="Muted")
    assert "Held. It is 09:00 for Sam, inside quiet hours; it leaves at 10:00." in text(
        sam.get(f"/messages/{held.pk}/")
    )
    assert "Not sent. Sam has muted this kind of notification." in text(sam.get(f"/messages/{muted.pk}/"))


def test_what_one_may_not_see_is_not_there(sam, people):
    say(people.otto)
    for pk in [*Message.objects.values_list("pk", flat=True), 10**25]:
        assert sam.get(f"/messages/{pk}/").status_code == 404
        assert sam.get(f"/messages/{pk}/body/").status_code == 404


def test_nobody_but_the_addressee_is_shown_one_click_links(sam, ada, people):
    say(people.sam, lines=["Complete: http://127.0.0.1:8000/a/eyJ1IjoxfQ:abc-_9/"])
    mail = Message.objects.get(channel="email")
    assert "/a/eyJ1IjoxfQ" in text(sam.get(f"/messages/{mail.pk}/body/"))
    for address in (f"/messages/{mail.pk}/", f"/messages/{mail.pk}/body/"):
        page = text(ada.get(address))
        assert "/a/eyJ1IjoxfQ" not in page
        assert "/a/hidden/" in page


def test_a_mail_whose_template_breaks_still_shows_its_history(sam, people):
    say(people.sam, facts=7)
    mail = Message.objects.get(channel="email")
    assert "It cannot be shown" in text(sam.get(f"/messages/{mail.pk}/"))


def preferences(**changes):
    return {"quiet_from": "", "quiet_to": "", "wants_digest": "on", "digest_hour": "8"} | changes


def test_choices_of_channels_and_hours_are_kept(sam, people):
    sent = preferences(
        quiet_from="22:00",
        quiet_to="07:00",
        digest_hour="7",
        **{"channels-test_both": ["email"], "channels-test_bell": ["in_app"]},
    )
    assert sam.post("/settings/notifications/", sent).status_code == 302
    people.sam.refresh_from_db()
    assert (people.sam.quiet_from, people.sam.quiet_to, people.sam.digest_hour) == (time(22), time(7), 7)
    wishes = {wish.kind.name: wish.channels for wish in wishes_of(people.sam)}
    assert (wishes["test_both"], wishes["test_bell"]) == (("email",), ("in_app",))
    assert not NotificationPreference.objects.filter(kind="test_bell").exists()  # as the kind has it: nothing kept


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"quiet_from": "22:00"}, "Give both ends"),
        ({"quiet_from": "22:00", "quiet_to": "22:00"}, "would never end"),
        ({"quiet_from": "25:99", "quiet_to": "7:00"}, "Enter a valid time"),
        ({"digest_hour": "99"}, "99"),
    ],
)
def test_impossible_hours_are_refused_in_place_and_nothing_is_lost(sam, people, given, said):
    page = text(sam.post("/settings/notifications/", preferences(**given, **{"channels-test_both": ["email"]})), 422)
    assert said in page
    assert 'name="channels-test_both" value="email" checked' in page
    people.sam.refresh_from_db()
    assert people.sam.quiet_from is None


def test_strangers_are_asked_to_sign_in(db):
    for address in ("/notifications/", "/messages/", "/settings/notifications/"):
        assert Client().get(address).headers["Location"].startswith("/accounts/login/")


def test_a_channel_that_does_not_exist_is_left_out(sam, people):
    sam.post("/settings/notifications/", preferences(**{"channels-test_both": ["pigeon", "email"]}))
    assert NotificationPreference.objects.get(user=people.sam, kind="test_both").channels == ["email"]


def test_messages_with_a_contact_are_found_by_it(ada, people):
    assert "No message of that kind" in text(ada.get("/messages/", {"contact": contact().pk}))
