"""SMS and WhatsApp through Twilio: every answer means one thing, and a lost one is found again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from twilio.request_validator import RequestValidator

from messaging.addresses import read_name
from messaging.channels.shape import Answer, Letter, Outcome
from messaging.channels.twilio_messages import TwilioMessages
from tests.fakes.twilio import ACCOUNT, CONTRACT, TOKEN, FakeTwilio, problem_of
from tests.messaging.channels.letters import letter, lost

TO, FROM = "+639171234567", "+15005550006"
HOOK = "https://crm.example.com/hooks/twilio/status/"


@pytest.fixture
def twilio() -> Iterator[FakeTwilio]:
    with FakeTwilio() as fake:
        fake.hang = 0.8
        yield fake
    assert fake.problems == []


def channel(fake: FakeTwilio, kind: str = "sms", sender: str = FROM, **more) -> TwilioMessages:
    return TwilioMessages(kind, ACCOUNT, TOKEN, sender, HOOK, fake.url, **{"timeout": 0.4, **more})


def sms(number: int = 1, **fields) -> Letter:
    return letter(number, **{"address": TO, "text": "Good day, María.", "html": "", **fields})


def send(way: TwilioMessages, *letters: Letter) -> list[Answer]:
    return list(way.deliver(letters or [sms()]))


def test_an_sms_carries_its_words_and_the_address_to_call_back(twilio):
    (answer,) = send(channel(twilio))
    (taken,) = twilio.accepted
    assert (answer.outcome, answer.provider_id) == (Outcome.TAKEN, taken.sid)
    assert (taken.to, taken.sender, taken.body) == (TO, FROM, "Good day, María.")
    assert read_name(taken.own_name) == (1, "0a1b2c3d4e5f")
    assert taken.callback.startswith(HOOK)


def test_a_messaging_service_is_named_as_one(twilio):
    send(channel(twilio, sender="MG" + "0" * 32))
    assert twilio.accepted[0].fields["MessagingServiceSid"] == ["MG" + "0" * 32]


def test_whatsapp_numbers_are_marked_as_such(twilio):
    send(channel(twilio, "whatsapp"))
    assert (twilio.accepted[0].to, twilio.accepted[0].sender) == (f"whatsapp:{TO}", f"whatsapp:{FROM}")


def test_a_whatsapp_template_goes_by_its_name_with_what_stands_in_its_places(twilio):
    send(channel(twilio, "whatsapp"), sms(template="HX" + "1" * 32, variables={"1": "María", "2": "“9:00”"}))
    fields = twilio.accepted[0].fields
    assert fields["ContentSid"] == ["HX" + "1" * 32]
    assert json.loads(fields["ContentVariables"][0]) == {"1": "María", "2": "“9:00”"}
    assert "Body" not in fields


def test_files_go_by_their_addresses_ten_at_most(twilio):
    send(channel(twilio), sms(media=tuple(f"https://crm.example.com/{n}.png" for n in range(12))))
    assert len(twilio.accepted[0].fields["MediaUrl"]) == 10


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        (21610, Outcome.REFUSED, "They answered STOP"),
        (21211, Outcome.REFUSED, "not a valid one"),
        (21614, Outcome.REFUSED, "not a mobile number"),
        (63016, Outcome.REFUSED, "More than 24 hours"),
        (30005, Outcome.REFUSED, "not in use"),
        (21408, Outcome.LATER, "may not yet write to this country"),
        (20429, Outcome.LATER, "takes no more requests"),
        (99999, Outcome.REFUSED, "Twilio said 99999: Refused by order"),
    ],
)
def test_a_code_is_said_in_a_sentence(twilio, code, outcome, words):
    twilio.refusals[TO] = code
    (answer,) = send(channel(twilio))
    assert (answer.outcome, answer.code) == (outcome, str(code))
    assert words in answer.words
    assert twilio.accepted == []


def test_too_many_requests_wait_as_long_as_twilio_asks(twilio):
    twilio.fail_next("busy")
    (answer,) = send(channel(twilio))
    assert (answer.outcome, answer.retry_after, answer.down) == (Outcome.LATER, 7.0, False)


def test_its_own_failure_is_twilios_fault(twilio):
    twilio.fail_next("error")
    (answer,) = send(channel(twilio))
    assert (answer.outcome, answer.down) == (Outcome.LATER, True)


def test_a_wrong_token_is_no_fault_of_the_message(twilio):
    way = TwilioMessages("sms", ACCOUNT, "wrong", FROM, HOOK, twilio.url)
    (answer,) = send(way)
    assert (answer.outcome, answer.code, answer.down) == (Outcome.LATER, "20003", True)
    twilio.problems.clear()


def test_nobody_there_means_later(twilio):
    way = TwilioMessages("sms", ACCOUNT, TOKEN, FROM, HOOK, "http://127.0.0.1:9", 0.4)
    (answer,) = send(way)
    assert (answer.outcome, answer.down, answer.words) == (Outcome.LATER, True, "Twilio cannot be reached.")


@pytest.mark.parametrize("fault", ["hang_before", "hang_after", "drop_before", "drop_after"])
def test_a_lost_answer_is_unclear_whether_it_was_taken_or_not(twilio, fault):
    twilio.fail_next(fault)
    (answer,) = send(channel(twilio))
    assert (answer.outcome, answer.down) == (Outcome.UNCLEAR, True)
    time.sleep(0.5)
    assert len(twilio.accepted) == (1 if fault.endswith("after") else 0)


def test_a_slow_answer_is_an_answer(twilio):
    twilio.fail_next("slow")
    assert send(channel(twilio))[0].outcome is Outcome.TAKEN


def test_what_was_taken_is_found_by_number_time_and_words(twilio):
    way = channel(twilio)
    (answer,) = send(way)
    found = way.look_up(lost(address=TO, text="Good day,\nMaría. "))
    assert found == (Outcome.TAKEN, "Twilio took it.", answer.provider_id, "", None, False, None, "")


def test_what_another_message_is_known_to_be_is_not_found(twilio):
    way = channel(twilio)
    (answer,) = send(way)
    known = frozenset({answer.provider_id})
    assert way.look_up(lost(address=TO, others=known, after=timedelta(minutes=10))).outcome is Outcome.LATER


def test_other_words_to_the_same_number_leave_the_doubt(twilio):
    way = channel(twilio)
    send(way)
    assert way.look_up(lost(address=TO, text="Something else", after=timedelta(minutes=10))) is None


def test_what_is_not_there_at_once_may_still_come(twilio):
    way = channel(twilio)
    assert way.look_up(lost(address=TO)) is None
    assert way.look_up(lost(address=TO, after=timedelta(minutes=10))).outcome is Outcome.LATER


def test_the_same_words_of_an_hour_before_are_another_message(twilio):
    way = channel(twilio)
    send(way)
    twilio.age(timedelta(hours=1))
    assert way.look_up(lost(address=TO, after=timedelta(minutes=10))).outcome is Outcome.LATER


def test_a_look_up_tells_what_became_of_it_and_what_it_cost(twilio):
    way = channel(twilio)
    send(way)
    twilio.accepted[0].status, twilio.accepted[0].price = "delivered", "-0.0079"
    found = way.look_up(lost(address=TO))
    assert (found.outcome, found.cost, found.currency) == (Outcome.DELIVERED, Decimal("0.0079"), "USD")
    twilio.accepted[0].status, twilio.accepted[0].error = "undelivered", 30005
    found = way.look_up(lost(address=TO))
    assert (found.outcome, found.code, found.words) == (Outcome.REFUSED, "30005", "The phone number is not in use.")


def test_a_look_up_that_gets_no_answer_says_nothing():
    way = TwilioMessages("sms", ACCOUNT, TOKEN, FROM, HOOK, "http://127.0.0.1:9", 0.4)
    assert way.look_up(lost(address=TO, after=timedelta(hours=1))) is None


def test_the_fake_signs_as_twilios_own_library_checks(twilio):
    send(channel(twilio))
    check = RequestValidator(TOKEN)
    for forged in (False, True):
        call = twilio.callback(twilio.accepted[0], "delivered", forged=forged)
        fields = dict(pair.split("=", 1) for pair in call.body.decode().split("&"))
        plain = {name: _plain(value) for name, value in fields.items()}
        assert check.validate(call.url, plain, call.headers["X-Twilio-Signature"]) is not forged


def _plain(value: str) -> str:
    from urllib.parse import unquote_plus

    return unquote_plus(value)


@pytest.mark.realdata
def test_the_contract_finds_what_is_wrong_with_a_request():
    if not CONTRACT.exists():
        pytest.skip("the contract lies beside the checkout, in ../shared/data, and is not there")
    assert problem_of({"To": [TO], "From": [FROM], "Body": ["x"]}) == ""
    assert "MessagingServiceSid" in problem_of({"To": [TO], "MessagingServiceSid": ["MG1"]})
    assert "ContentSid" in problem_of({"To": [TO], "ContentSid": ["nonsense"]})
    assert problem_of({"To": [TO], "Text": ["x"]}) == "unknown fields: Text"
