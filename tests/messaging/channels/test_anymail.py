"""Mail through the mail services: each answer means one thing, and the request is what the service's own rules ask for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from messaging.channels.email_anymail import EmailAnymail
from messaging.channels.mailgun_events import asking_mailgun
from messaging.channels.shape import Answer, Outcome
from tests.fakes import mailgun as mailgun_fake
from tests.fakes import sendgrid as sendgrid_fake
from tests.fakes.mailgun import FakeMailgun
from tests.fakes.postmark import FakePostmark
from tests.fakes.sendgrid import FakeSendGrid
from tests.fakes.server import FakeProvider
from tests.fakes.ses import FakeSes
from tests.messaging.channels.letters import letter, lost

SENDER = "Followthrough <team@crm.example.com>"
NAME = "1.0a1b2c3d4e5f"
MESSAGE_ID = f"<{NAME}@crm.example.com>"
WAIT = (0.4, 0.4)


def by_sendgrid(fake: FakeProvider) -> EmailAnymail:
    options = {"api_key": sendgrid_fake.KEY, "api_url": f"{fake.url}/v3/", "timeout": WAIT}
    return EmailAnymail("sendgrid", SENDER, options)


def by_mailgun(fake: FakeProvider) -> EmailAnymail:
    options = {"api_key": mailgun_fake.KEY, "api_url": f"{fake.url}/v3", "timeout": WAIT, "sender_domain": None}
    asking = asking_mailgun(f"{fake.url}/v3", mailgun_fake.KEY, "", SENDER, WAIT)
    return EmailAnymail("mailgun", SENDER, options, asking)


def by_postmark(fake: FakeProvider) -> EmailAnymail:
    options = {"server_token": "a-token", "api_url": fake.url + "/", "timeout": WAIT}
    return EmailAnymail("postmark", SENDER, options)


def by_ses(fake: FakeProvider) -> EmailAnymail:
    config = {"retries": {"total_max_attempts": 1}, "connect_timeout": 0.4, "read_timeout": 0.4}
    client = {"region_name": "eu-central-1", "endpoint_url": fake.url, "config": config}
    return EmailAnymail("ses", SENDER, {"client_params": client})


SERVICES: dict[str, tuple[type[FakeProvider], Callable[[FakeProvider], EmailAnymail]]] = {
    "sendgrid": (FakeSendGrid, by_sendgrid),
    "mailgun": (FakeMailgun, by_mailgun),
    "postmark": (FakePostmark, by_postmark),
    "ses": (FakeSes, by_ses),
}


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIATESTS")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "a secret of tests")


@pytest.fixture(params=list(SERVICES))
def service(request) -> Iterator[tuple[FakeProvider, EmailAnymail]]:
    make, channel = SERVICES[request.param]
    with make() as fake:
        fake.hang = 0.8
        yield fake, channel(fake)
    assert fake.problems == []


def send(way: EmailAnymail, **fields) -> Answer:
    (answer,) = way.deliver([letter(**fields)])
    return answer


def test_each_service_takes_a_mail_by_its_own_rules(service):
    fake, way = service
    answer = send(
        way, headers=(("List-Unsubscribe", "<https://crm.example.com/t/u/x>"),), reply_to="reply@in.example.com"
    )
    assert answer.outcome is Outcome.TAKEN
    assert answer.provider_id
    assert len(fake.accepted) == 1


def test_each_in_a_batch_has_an_answer_of_its_own(service):
    fake, way = service
    fake.fail_next("", "busy", "")
    answers = list(way.deliver([letter(number) for number in (1, 2, 3)]))
    assert [one.outcome for one in answers] == [Outcome.TAKEN, Outcome.LATER, Outcome.TAKEN]


def test_too_many_requests_wait(service):
    fake, way = service
    fake.fail_next("busy")
    answer = send(way)
    assert (answer.outcome, answer.down) == (Outcome.LATER, False)
    assert answer.retry_after == (30.0 if way.provider == "ses" else 7.0)  # Amazon does not say how long


def test_its_own_failure_is_the_services_fault(service):
    fake, way = service
    fake.fail_next("error")
    answer = send(way)
    assert (answer.outcome, answer.down) == (Outcome.LATER, True)


@pytest.mark.parametrize("fault", ["hang_before", "hang_after", "drop_before", "drop_after"])
def test_a_lost_answer_is_unclear_and_asked_for_once(service, fault):
    fake, way = service
    fake.fail_next(fault)
    answer = send(way)
    assert (answer.outcome, answer.down) == (Outcome.UNCLEAR, True)
    time.sleep(0.5)
    assert len(fake.accepted) == (1 if fault.endswith("after") else 0)
    assert len(fake.requests) == 1  # no library tries again behind our back


@pytest.mark.parametrize("name", list(SERVICES))
def test_nobody_there_means_later(name):
    make, channel = SERVICES[name]
    with make() as fake:
        way = channel(fake)
        fake.__exit__()
        answer = send(way)
    assert (answer.outcome, answer.down) == (Outcome.LATER, True)


@pytest.mark.parametrize("address", ["nobody", "a b@example.org", "x@exa mple.org", "müller@example.org@"])
def test_what_is_no_address_is_refused_before_anything_is_said(service, address):
    fake, way = service
    assert send(way, address=address).outcome is Outcome.REFUSED
    assert fake.requests == []


def test_line_breaks_in_names_and_subjects_write_no_headers(service):
    _, way = service
    nasty = "Hi\r\nBcc: everybody@example.org"
    assert send(way, name=nasty, subject=nasty).outcome is Outcome.TAKEN


@pytest.mark.parametrize("service", ["sendgrid"], indirect=True)
def test_sendgrid_gets_our_names_and_no_tracking(service):
    fake, way = service
    send(way, headers=(("In-Reply-To", "<x@example.org>"),), reply_to="reply@in.example.com")
    mail = fake.accepted[0]
    assert mail["headers"]["Message-ID"] == MESSAGE_ID
    assert mail["headers"]["Auto-Submitted"] == "auto-generated"
    assert mail["headers"]["In-Reply-To"] == "<x@example.org>"
    assert mail["custom_args"]["message"] == NAME
    assert mail["tracking_settings"]["open_tracking"] == {"enable": False}
    assert (
        mail["tracking_settings"]["click_tracking"] == {"enable": False, "enable_text": False}
        or not (mail["tracking_settings"]["click_tracking"]["enable"])
    )
    assert mail["reply_to_list"] == [{"email": "reply@in.example.com"}]
    assert [part["type"] for part in mail["content"]] == ["text/plain", "text/html"]


@pytest.mark.parametrize("service", ["sendgrid"], indirect=True)
def test_a_mail_by_hand_does_not_call_itself_automatic(service):
    fake, way = service
    send(way, by_hand=True, sender="Ana Reyes <ana@crm.example.com>")
    assert "Auto-Submitted" not in fake.accepted[0]["headers"]
    assert fake.accepted[0]["from"] == {"email": "ana@crm.example.com", "name": "Ana Reyes"}


@pytest.mark.parametrize("service", ["mailgun"], indirect=True)
def test_mailgun_gets_our_names_and_no_tracking(service):
    fake, way = service
    answer = send(way)
    (mail,) = fake.accepted
    assert answer.provider_id == mail.id == MESSAGE_ID
    assert mail.variables == {"message": NAME}
    assert (mail.fields["o:tracking-opens"], mail.fields["o:tracking-clicks"]) == (["no"], ["no"])


@pytest.mark.parametrize("service", ["mailgun"], indirect=True)
def test_an_address_that_mailgun_calls_invalid_is_refused_with_its_words(service):
    fake, way = service
    fake.refusals.add("maria@example.org")
    answer = send(way)
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "400")
    assert "to parameter is not a valid address" in answer.words


@pytest.mark.parametrize("service", ["mailgun"], indirect=True)
def test_mailguns_events_tell_what_became_of_a_lost_mail(service):
    fake, way = service
    fake.fail_next("drop_after")
    assert send(way).outcome is Outcome.UNCLEAR
    assert way.look_up(lost())[:3] == (Outcome.TAKEN, "Mailgun took it.", MESSAGE_ID)
    fake.callback("https://crm.example.com/", fake.accepted[0], "delivered")
    assert way.look_up(lost()).outcome is Outcome.DELIVERED


@pytest.mark.parametrize("service", ["mailgun"], indirect=True)
def test_mailguns_bounces_are_found_too(service):
    fake, way = service
    send(way)
    status = {"code": 550, "message": "5.1.1 No such user"}
    fake.callback("https://x", fake.accepted[0], "failed", severity="permanent", **{"delivery-status": status})
    found = way.look_up(lost())
    assert (found.outcome, found.code) == (Outcome.REFUSED, "550")


@pytest.mark.parametrize("service", ["mailgun"], indirect=True)
def test_what_mailgun_does_not_list_is_believed_only_after_a_while(service):
    _, way = service
    assert way.look_up(lost(after=timedelta(minutes=10))) is None
    assert way.look_up(lost(after=timedelta(hours=1))).outcome is Outcome.LATER


@pytest.mark.parametrize("service", ["postmark"], indirect=True)
def test_an_address_that_postmark_holds_for_dead_is_refused(service):
    fake, way = service
    fake.inactive.add("maria@example.org")
    answer = send(way)
    assert (answer.outcome, answer.code) == (Outcome.REFUSED, "rejected")


def test_a_wrong_key_is_no_fault_of_the_message():
    with FakeSendGrid() as fake:
        way = EmailAnymail("sendgrid", SENDER, {"api_key": "wrong", "api_url": f"{fake.url}/v3/", "timeout": WAIT})
        answer = send(way)
    assert (answer.outcome, answer.code, answer.down) == (Outcome.LATER, "401", True)


def test_an_answer_that_makes_no_sense_is_unclear():
    with FakeMailgun() as fake:
        fake._accept = lambda fields, domain: mailgun_fake.Reply(200, ["what?"])
        assert send(by_mailgun(fake)).outcome is Outcome.UNCLEAR


def test_the_fakes_events_carry_our_names_back():
    with FakeSendGrid() as fake:
        send(by_sendgrid(fake))
        call = fake.callback("https://x", [fake.event(fake.accepted[0], "delivered")])
        assert json.loads(call.body)[0]["message"] == NAME
