"""The inbox read as each role: who waits, what was said, and nobody else's words."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from crm.models import UndoStep
from crm.zones import zone
from messaging.inbox.waiting import waiting_count
from messaging.models import Message, MessageEvent, Thread
from tests.factories import contact
from tests.messaging.inbox.talks import from_them, from_us


def ago(**by):
    return timezone.now() - timedelta(**by)


def page_of(person, address, status=200, **headers):
    client = Client()
    client.force_login(person)
    answer = client.get(address, headers=headers)
    assert answer.status_code == status, answer.status_code
    return answer.content.decode()


@pytest.fixture
def maria(people):
    return contact("Maria", last_name="Santos", owner=people.sam, phone="+639175554410", time_zone="Asia/Manila")


def test_who_waits_longest_stands_first(people, maria):
    hassan = contact("Hassan", owner=people.sam)
    from_them(hassan, "Any news?", at=ago(hours=2))
    from_them(maria, "Which papers do I need?", at=ago(hours=30))
    page = page_of(people.sam, "/inbox/")
    assert page.index("Maria Santos") < page.index("Hassan")
    assert "waits 30 h" in page
    assert "Which papers do I need?" in page


def test_an_answered_talk_waits_no_more(people, maria):
    from_them(maria, "Which papers?", at=ago(hours=3))
    from_us(maria, people.sam, "Passport and photos", at=ago(hours=1))
    assert "Nobody waits for you" in page_of(people.sam, "/inbox/")
    assert "Passport and photos" in page_of(people.sam, "/inbox/?tab=all")


def test_an_answer_on_its_way_ends_the_waiting_and_a_failed_one_does_not(people, maria):
    from_them(maria, "Which papers?", at=ago(hours=3))
    answer = from_us(maria, people.sam, "Passport", at=ago(minutes=1), status="pending")
    assert waiting_count(people.sam) == 0
    Message.objects.filter(pk=answer.pk).update(status="failed")
    assert "Which papers?" in page_of(people.sam, "/inbox/")


def test_each_sees_the_talks_of_their_own_contacts(people, maria):
    from_them(maria, "Quillfeather", at=ago(hours=1))
    for who, sees in [("ada", True), ("mara", True), ("sam", True), ("vera", True), ("noor", False), ("otto", False)]:
        assert ("Quillfeather" in page_of(getattr(people, who), "/inbox/")) is sees, who
        page_of(getattr(people, who), f"/inbox/{maria.pk}/", 200 if sees else 404)


def test_a_talk_shows_both_sides_over_all_channels_by_day(people, maria):
    from_us(maria, people.sam, "Dear Maria", at=ago(days=2), subject="Your visa")
    from_them(maria, "On my way", at=ago(days=1), channel="whatsapp")
    page = page_of(people.sam, f"/inbox/{maria.pk}/")
    assert page.rindex("Dear Maria") < page.rindex("Yesterday") < page.rindex("On my way")
    assert "Your visa" in page
    assert 'aria-label="WhatsApp"' in page


def test_quoted_words_are_folded_away(people, maria):
    from_them(maria, "Yes please.\n\nOn Monday Sam wrote:\n> Shall we?", new_text="Yes please.", at=ago(hours=1))
    page = page_of(people.sam, f"/inbox/{maria.pk}/")
    assert "Quoted text" in page
    assert page.rindex("Yes please.") < page.index("Quoted text") < page.index("On Monday Sam wrote:")


def test_what_robots_sent_is_labelled_and_nobody_waits_for_an_answer(people, maria):
    from_them(maria, "I am away", at=ago(hours=1), person=False, kind="out_of_office")
    assert "Nobody waits for you" in page_of(people.sam, "/inbox/")
    assert "Out of office" in page_of(people.sam, f"/inbox/{maria.pk}/")


def test_opens_by_people_and_by_machines_stand_apart(people, maria):
    mail = from_us(maria, people.sam, "Dear Maria", at=ago(days=1))
    for actor in ("person", "machine", "machine"):
        MessageEvent.objects.create(message=mail, kind="opened", at=ago(hours=1), actor=actor)
    page = page_of(people.sam, f"/inbox/{maria.pk}/")
    assert "Opened 1×" in page
    assert "2× by machines" in page


def test_earlier_messages_come_by_key(people, maria):
    for n in range(45):
        from_us(maria, people.sam, f"Message number {n}.", at=ago(hours=50 - n))
    page = page_of(people.sam, f"/inbox/{maria.pk}/")
    assert "Message number 4." not in page
    assert "Message number 44." in page
    first = Message.objects.order_by("-pk")[39].pk
    assert f"?earlier={first}" in page
    assert "Message number 4." in page_of(people.sam, f"/inbox/{maria.pk}/?earlier={first}")


def test_script_and_markup_of_theirs_are_only_text(people, maria):
    from_them(maria, "<script>alert(1)</script> see https://example.org/x", at=ago(hours=1))
    page = page_of(people.sam, f"/inbox/{maria.pk}/")
    assert "<script>alert(1)" not in page
    assert '<a href="https://example.org/x"' in page


@pytest.mark.parametrize("odd", ["x", "-1", "9" * 30, "\0", "٣"])
def test_odd_addresses_are_no_error(people, maria, odd):
    page_of(people.sam, f"/inbox/?tab={odd}&after={odd}&before={odd}")
    page_of(people.sam, f"/inbox/{maria.pk}/?earlier={odd}&tab={odd}")


def test_pages_cost_as_many_queries_however_much_was_said(people, maria, django_assert_max_num_queries):
    for n in range(60):
        from_them(maria, f"Message {n}", at=ago(hours=70 - n))
        from_them(contact(f"Client{n}", owner=people.sam), "Hello", at=ago(hours=n))
    client = Client()
    client.force_login(people.sam)
    client.get("/inbox/")
    with django_assert_max_num_queries(10):
        client.get("/inbox/")
    with django_assert_max_num_queries(18):
        client.get(f"/inbox/{maria.pk}/")


def test_lists_page_by_key(people):
    for n in range(35):
        from_them(contact(f"Client{n}.", owner=people.sam), "Hello", at=ago(hours=100 - n))
    page = page_of(people.sam, "/inbox/")
    assert "Client0." in page
    assert "Client34." not in page
    later = page.split("tab=waiting&amp;after=")[1].split('"')[0]
    assert "Client34." in page_of(people.sam, f"/inbox/?tab=waiting&after={later}")


def test_nothing_to_answer_is_said_and_taken_back(people, maria):
    from_them(maria, "Thanks!", at=ago(hours=1))
    since = Thread.objects.get().waiting_since
    client = Client()
    client.force_login(people.sam)
    client.post(f"/inbox/{maria.pk}/settle/")
    assert waiting_count(people.sam) == 0
    step = UndoStep.objects.get(user=people.sam)
    client.post(f"/undo/{step.pk}/")
    assert Thread.objects.get().waiting_since == since


def test_viewers_read_and_do_not_settle(people, maria):
    from_them(maria, "Hello", at=ago(hours=1))
    client = Client()
    client.force_login(people.vera)
    assert client.post(f"/inbox/{maria.pk}/settle/").status_code == 403
    assert f"/inbox/{maria.pk}/settle/" not in page_of(people.vera, f"/inbox/{maria.pk}/")


def test_what_leaves_in_some_days_says_its_hour(people, maria):
    leaves = (timezone.now() + timedelta(days=3)).replace(hour=9, minute=30)
    from_us(maria, people.sam, "Until then", at=ago(minutes=2), status="scheduled", send_after=leaves)
    page = page_of(people.sam, f"/inbox/{maria.pk}/")
    there = leaves.astimezone(zone(people.sam.time_zone))
    assert f"{there:%H:%M}</time>" in page.split("Leaves ")[1].split("</span>")[0]
