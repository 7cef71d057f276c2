"""Slack and Teams: rooms hear of the kinds that they want, once, and never a machine on the inside."""

from __future__ import annotations

import json

import pytest

from crm.models import Membership, Team, User
from messaging import chat_rooms
from messaging.channels.chat_hook import ChatRoom, slack_words, teams_words
from messaging.channels.outward import NotOutside, checked, is_outside
from messaging.channels.shape import Outcome
from messaging.chat_rooms import BadRoom, keep_room, remove_room, try_room
from messaging.delivery import deliver_due
from messaging.models import ChatHook, Message
from messaging.notices import Notice, NoticeKind, register_notice, tell
from tests.fakes.server import FakeProvider, Reply
from tests.messaging.channels.letters import NOW, letter

register_notice(NoticeKind("test_room", "Test rooms", ("in_app",)), NoticeKind("test_else", "Others", ("in_app",)))
pytestmark = pytest.mark.django_db


class Room(FakeProvider):
    """An incoming webhook; `status` is what it answers."""

    status = 200

    def answer(self, request):
        if self.status != 200:
            return Reply(self.status, {"error": "no_service"}), None
        return None, lambda: (self.accepted.append(request.json()), Reply(200, "ok"))[1]


@pytest.fixture
def slack(settings):
    settings.PRIVATE_ADDRESSES = True
    with Room() as fake:
        yield fake


@pytest.fixture(autouse=True)
def fresh():
    chat_rooms.forget_rooms()
    yield
    chat_rooms.forget_rooms()


@pytest.fixture
def ana(db):
    return User.objects.create_user("ana@example.com", full_name="Ana")


def room(ana, url="https://hooks.slack.com/services/x", **fields):
    given = {"name": "Sales", "service": "slack", "kinds": ["test_room"], "team_id": None, "active": True}
    return keep_room(None, url=url, by=ana, now=NOW, **{**given, **fields})


def say(*people, kind="test_room", subject="Maria answered"):
    data = {"url": "/contacts/7/", "lines": ["She asks about <fees> & dates"], "secret": "link"}
    tell([Notice(one.pk, kind, subject, data, f"k:{kind}:{one.pk}") for one in people], now=NOW)


def test_a_room_is_told_once_however_many_colleagues_are(ana, slack):
    ben = User.objects.create_user("ben@example.com", full_name="Ben")
    room(ana, slack.url)
    say(ana, ben)
    deliver_due(NOW)
    (posted,) = slack.accepted
    assert posted["text"] == "Maria answered"
    assert "&lt;fees&gt; &amp; dates" in posted["blocks"][0]["text"]["text"]
    assert posted["blocks"][1]["elements"][0]["url"].endswith("/contacts/7/")
    message = Message.objects.get(channel="slack")
    assert (message.status, message.to, message.data.get("secret")) == ("sent", "Sales", None)


def test_other_kinds_are_not_told_there(ana, slack):
    room(ana, slack.url)
    say(ana, kind="test_else")
    assert not Message.objects.filter(channel="slack").exists()


def test_a_room_of_a_team_hears_of_its_people_only(ana, slack):
    team = Team.objects.create(name="Sales")
    room(ana, slack.url, team_id=team.pk)
    say(ana)
    assert not Message.objects.filter(channel="slack").exists()
    Membership.objects.create(team=team, user=ana)
    say(ana, subject="Again", kind="test_room")
    tell([Notice(ana.pk, "test_room", "Again", {}, "k2")], now=NOW)
    assert Message.objects.filter(channel="slack").count() == 1


def test_the_same_notice_again_tells_the_room_nothing_new(ana, slack):
    room(ana, slack.url)
    say(ana)
    say(ana)
    assert Message.objects.filter(channel="slack").count() == 1


def test_a_room_that_was_removed_elsewhere_stops_nobody_from_being_told(ana, slack):
    made = room(ana, slack.url)
    say(ana)
    ChatHook.objects.filter(pk=made.pk).delete()
    tell([Notice(ana.pk, "test_room", "Later", {}, "k9")], now=NOW)
    assert Message.objects.filter(channel="in_app").count() == 2


def test_without_rooms_telling_costs_no_query(ana, django_assert_num_queries):
    chat_rooms.rooms()
    with django_assert_num_queries(0):
        chat_rooms.tell_rooms([Notice(ana.pk, "test_room", "x", {}, "k")], now=NOW)


@pytest.mark.parametrize(("status", "state"), [(404, "failed"), (500, "scheduled"), (429, "scheduled")])
def test_what_a_room_answers_is_kept_with_it(ana, slack, status, state):
    made = room(ana, slack.url)
    slack.status = status
    say(ana)
    deliver_due(NOW)
    made.refresh_from_db()
    assert Message.objects.get(channel="slack").status == state
    assert made.last_error.startswith("Slack")


def test_a_machine_on_the_inside_is_never_called(ana, slack, settings):
    settings.PRIVATE_ADDRESSES = False
    room(ana, slack.url)
    say(ana)
    deliver_due(NOW)
    assert slack.requests == []
    assert Message.objects.get(channel="slack").status == "failed"


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.slack.com/x",
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::1]/x",
        "https://user:word@127.0.0.1/",
        "file:///etc/passwd",
        "https://",
        "https://x:99999/",
        "nonsense",
    ],
)
def test_addresses_that_are_not_outside_are_refused(url):
    with pytest.raises(NotOutside):
        checked(url)


def test_addresses_of_the_inside_are_known_in_every_spelling():
    inside = "127.0.0.1 10.1.2.3 192.168.0.1 169.254.169.254 ::1 fe80::1%eth0 fd00::1 ::ffff:10.0.0.1 0.0.0.0 224.0.0.1 100.64.0.1"
    assert [one for one in inside.split() if is_outside(one)] == []
    assert is_outside("93.184.215.14")
    assert is_outside("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def test_a_card_for_teams_takes_no_markdown_of_clients():
    card = teams_words(letter(subject="Hi [x](https://evil.example)", text="", url="https://crm.example.com/"))
    content = card["attachments"][0]["content"]
    assert content["body"][0]["text"] == "Hi \\[x\\]\\(https://evil.example\\)"
    assert content["actions"][0]["url"] == "https://crm.example.com/"
    assert json.dumps(card)


def test_long_words_fit_into_a_section():
    assert len(slack_words(letter(text="x" * 9000))["blocks"][0]["text"]["text"]) < 3000


def test_trying_a_room_out_goes_the_way_of_everything(ana, slack):
    try_room(room(ana, slack.url), by=ana, now=NOW)
    deliver_due(NOW)
    assert slack.accepted[0]["text"] == "Ana is trying out this room"


def test_a_room_without_name_or_address_is_refused(ana):
    with pytest.raises(BadRoom, match="name"):
        room(ana, name=" ")
    with pytest.raises(BadRoom, match="address"):
        room(ana, url="")


def test_a_removed_room_is_told_nothing(ana, slack):
    made = room(ana, slack.url)
    say(ana)
    remove_room(made, by=ana)
    deliver_due(NOW)
    assert slack.accepted == []


def test_nobody_there_means_later():
    way = ChatRoom("slack", allow_private=True)
    assert way._post("http://127.0.0.1:9/", letter()).outcome is Outcome.LATER
