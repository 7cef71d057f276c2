"""Some seconds later: who it was, and what of it stands on the timeline. Lessons 56, 58, 59 and 60."""

from __future__ import annotations

from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from pytest_django import DjangoAssertNumQueries

from crm.due import sweeps_with_work
from crm.models import Event
from messaging.models import MessageEvent
from messaging.tracking.counting import Counted, counts_of
from messaging.tracking.noting import Hit, note
from messaging.tracking.sweeping import label_hits, shown
from tests.messaging.tracking.cases import APPLE_PROXY, CHROME
from tests.messaging.tracking.conftest import NOW, mail_to

if TYPE_CHECKING:
    from crm.models import Contact
    from messaging.models import Message

HOUR = timedelta(hours=1)
LATER = NOW + HOUR + timedelta(seconds=30)


def hit(mail: Message, kind: str, after: timedelta = HOUR, **fields: str | bool) -> None:
    at = NOW + after
    note([Hit(mail.pk, kind, at, **{"user_agent": CHROME, "ip": "198.51.100.4"} | fields)], now=at)  # type: ignore[arg-type]


def kinds() -> list[str]:
    return list(Event.objects.filter(kind__startswith="message_").order_by("pk").values_list("kind", flat=True))


def test_lesson_58_a_click_waits_for_the_judgement_of_seconds(mail: Message) -> None:
    hit(mail, "clicked", url="https://a.example/x")
    assert label_hits(NOW + HOUR + timedelta(seconds=9)) == 0
    assert kinds() == []
    assert label_hits(NOW + HOUR + timedelta(seconds=10)) == 1
    assert kinds() == ["message_clicked"]


def test_the_pulse_knows_when_hits_are_due(mail: Message) -> None:
    hit(mail, "opened")
    assert "tracking_labels" not in [sweep.name for sweep in sweeps_with_work(NOW + HOUR)]
    assert "tracking_labels" in [sweep.name for sweep in sweeps_with_work(LATER)]
    label_hits(LATER)
    assert "tracking_labels" not in [sweep.name for sweep in sweeps_with_work(LATER)]


def test_lesson_56_a_scanners_burst_is_kept_apart_and_never_an_event(mail: Message) -> None:
    for number in range(4):
        hit(mail, "clicked", HOUR + timedelta(seconds=number / 5), url=f"https://a.example/{number}")
    label_hits(LATER)
    assert kinds() == []
    assert counts_of([mail.pk]) == {mail.pk: {"clicked": Counted(people=0, machines=4)}}


def test_lesson_56_both_numbers_are_told(mail: Message) -> None:
    hit(mail, "opened", user_agent=APPLE_PROXY)
    hit(mail, "opened")
    hit(mail, "clicked", HOUR * 2, url="https://a.example")
    label_hits(LATER)
    assert counts_of([mail.pk]) == {mail.pk: {"opened": Counted(1, 1, 0), "clicked": Counted(0, 0, 1)}}


def test_lesson_59_nothing_is_ever_discarded(mail: Message) -> None:
    for agent in (APPLE_PROXY, "", "python-requests/2", CHROME):
        hit(mail, "opened", user_agent=agent)
    label_hits(LATER)
    assert MessageEvent.objects.filter(message=mail).count() == 4
    assert not MessageEvent.objects.filter(actor="").exists()
    assert not MessageEvent.objects.filter(rule="").exists()


def test_lesson_60_opens_by_apples_relay_are_no_event(mail: Message) -> None:
    hit(mail, "opened", user_agent=APPLE_PROXY)
    label_hits(LATER)
    assert kinds() == []


def test_a_person_opens_once_on_the_timeline_however_often_they_look(mail: Message) -> None:
    for minutes in (1, 2, 3):
        hit(mail, "opened", timedelta(minutes=minutes))
    label_hits(NOW + timedelta(minutes=2, seconds=30))
    label_hits(LATER)
    assert kinds() == ["message_opened"]
    assert Event.objects.get(kind="message_opened").occurred_at == NOW + timedelta(minutes=1)


def test_each_link_a_person_follows_stands_there_once(mail: Message) -> None:
    for minutes, url in (
        (1, "https://www.a.example/x?y=1"),
        (2, "https://b.example"),
        (3, "https://www.a.example/x?y=1"),
    ):
        hit(mail, "clicked", timedelta(minutes=minutes), url=url)
    label_hits(LATER)
    told = list(
        Event.objects.filter(kind="message_clicked")
        .order_by("occurred_at")
        .values_list("data__link", "actor", "two_way")
    )
    assert told == [("a.example/x", "contact", False), ("b.example", "contact", False)]


def test_all_links_of_the_mail_within_a_minute_are_a_machine(maria: Contact) -> None:
    links = [f"https://a.example/{number}" for number in range(3)]
    mail = mail_to(maria, html="".join(f'<a href="{url}">x</a>' for url in links))
    for number, url in enumerate(links):
        hit(mail, "clicked", HOUR + timedelta(seconds=7 * number), url=url)
    label_hits(LATER)
    assert kinds() == []


def test_a_batch_costs_the_same_number_of_queries(maria: Contact, django_assert_num_queries: DjangoAssertNumQueries) -> None:  # fmt: skip
    counts = []
    for size in (2, 40):
        for _ in range(size):
            mail = mail_to(maria)
            hit(mail, "opened")
            hit(mail, "clicked", url="https://a.example")
        with django_assert_num_queries(9) as captured:
            label_hits(LATER)
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_message_to_a_colleague_makes_no_event(mail: Message) -> None:
    from tests.people import person

    mail.contact, mail.user = None, person("Sam Field")
    mail.save()
    hit(mail, "opened")
    assert label_hits(LATER) == 1
    assert kinds() == []


def test_links_are_shown_as_people_read_them() -> None:
    assert shown("https://user:secret@www.a.example/x/?token=1#y") == "a.example/x"
    assert shown("https://a.example/" + "x" * 99) == "a.example/" + "x" * 49 + "…"
    assert shown("https://[broken") == "a link"
    assert shown("") == "a link"


@pytest.mark.django_db(transaction=True)
def test_two_workers_label_each_hit_once_and_tell_it_once(transactional_db: None) -> None:
    from django.db import connection

    from tests.factories import contact
    from tests.firsts import put_back

    put_back()
    who = contact("Maria")
    for _ in range(150):
        mail = mail_to(who)
        hit(mail, "opened")
        hit(mail, "opened", HOUR + timedelta(seconds=1))
        hit(mail, "clicked", url="https://a.example")
    taken: list[int] = []

    def work() -> None:
        taken.append(label_hits(LATER))
        connection.close()

    workers = [Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    label_hits(LATER)
    assert sum(taken) <= 450
    assert not MessageEvent.objects.filter(actor="").exists()
    assert (kinds().count("message_opened"), kinds().count("message_clicked")) == (150, 150)
