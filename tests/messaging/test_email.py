"""E-mail: real bytes to a real mail server, and the mailbox on this machine."""

from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from messaging.channels.email_keep import EmailKeep
from messaging.channels.email_smtp import EmailSmtp
from messaging.channels.shape import Letter, Lost, Outcome
from messaging.mime import NoMailAddress, mail_bytes
from tests.messaging.sink import smtp_sink

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SENDER = "Followthrough <crm@school.example>"


def lost(token: str) -> Lost:
    return Lost(1, token, "maria@example.org", "", NOW, NOW)


def letter(number=1, **changes):
    fields = {
        "message_id": number,
        "token": "abc",
        "user_id": 1,
        "address": "ana@example.com",
        "name": "Ana Reyes",
        "subject": "Call Maria",
        "text": "Hello\n.\n.two\n",
        "html": "<p>Hello</p>",
        "date": NOW,
    }
    return Letter(**fields | changes)


def read(one):
    return message_from_bytes(mail_bytes(one, SENDER), policy=policy.default)


def plain(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


@pytest.fixture
def server():
    with smtp_sink() as (sink, controller):
        channel = EmailSmtp("127.0.0.1", controller.port, "", "", SENDER, timeout=5)
        yield sink, channel, controller
        channel.close()


def test_a_mail_has_both_parts_and_says_that_no_person_wrote_it():
    mail = read(letter())
    assert mail["From"] == SENDER
    assert mail["To"] == "Ana Reyes <ana@example.com>"
    assert mail["Message-ID"] == "<1.abc@school.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert plain(mail) == "Hello\n.\n.two\n"


@pytest.mark.parametrize("text", ["Größe 日本 مرحبا\n", "x" * 5000 + "\n", "trailing  \n=\n", "From me\n"])
def test_any_text_arrives_as_it_was_written(text):
    assert plain(read(letter(text=text))) == text


@pytest.mark.parametrize("subject", ["Größe: " + "日本 " * 60 + "!", "مرحبا", "Plain & simple"])
def test_any_subject_arrives(subject):
    assert read(letter(subject=subject))["Subject"] == subject


@pytest.mark.parametrize("evil", ["Hi\r\nBcc: x@example.com", "Hi\nX-A: 1", "Hi\x00\x0b\u2028there"])
def test_nobody_can_write_headers(evil):
    mail = read(letter(subject=evil, name=evil, headers=(("X-Own", evil),)))
    assert mail["Bcc"] is None
    assert mail["X-A"] is None
    assert len(mail.keys()) == 10
    with pytest.raises(NoMailAddress):
        read(letter(address="ana@example.com\r\nBcc: y@example.com"))


def test_mails_go_out_over_one_connection(server):
    sink, channel, _ = server
    answers = [*channel.deliver([letter(n) for n in range(5)]), *channel.deliver([letter(9)])]
    assert {answer.outcome for answer in answers} == {Outcome.TAKEN}
    assert len(sink.mails) == 6
    assert len(sink.peers) == 1
    assert plain(sink.mails[0]) == "Hello\n.\n.two\n"


def test_an_answer_concerns_its_own_mail_only(server):
    sink, channel, _ = server
    sink.answers = ["250 OK", "550 no such user", "451 busy", "250 OK"]
    outcomes = [answer.outcome for answer in channel.deliver([letter(n) for n in range(4)])]
    assert outcomes == [Outcome.TAKEN, Outcome.REFUSED, Outcome.LATER, Outcome.TAKEN]


def test_a_server_that_hangs_up_before_answering_leaves_a_doubt(server):
    sink, channel, _ = server
    sink.answers = ["250 and hang up"]
    first, second = channel.deliver([letter(1), letter(2)])
    assert first.outcome is Outcome.UNCLEAR
    assert second.outcome is Outcome.TAKEN  # over a fresh connection
    assert [mail["Message-ID"] for mail in sink.mails] == ["<1.abc@school.example>", "<2.abc@school.example>"]


def test_a_connection_that_died_while_idle_is_opened_again(server):
    sink, channel, _ = server
    list(channel.deliver([letter(1)]))
    channel._server.sock.close()
    assert next(channel.deliver([letter(2)])).outcome is Outcome.TAKEN
    assert len(sink.mails) == 2


def test_no_server_means_later_for_all():
    channel = EmailSmtp("127.0.0.1", 1, "", "", SENDER, timeout=2)
    answers = list(channel.deliver([letter(1), letter(2)]))
    assert [answer.outcome for answer in answers] == [Outcome.LATER] * 2
    assert answers[0].words.startswith("The mail server cannot be reached:")


def test_the_mailbox_keeps_each_letter_once_and_knows_it(tmp_path):
    channel = EmailKeep(tmp_path, SENDER)
    assert channel.look_up(lost("abc")).outcome is Outcome.LATER
    list(channel.deliver([letter(), letter()]))
    (file,) = tmp_path.rglob("*.eml")
    assert file.read_bytes() == mail_bytes(letter(), SENDER)
    assert channel.look_up(lost("abc")).outcome is Outcome.TAKEN
    assert channel.look_up(lost("other")).outcome is Outcome.LATER


def test_a_mailbox_that_cannot_be_written_means_later(tmp_path):
    (tmp_path / "file").write_text("in the way")
    answer = next(EmailKeep(tmp_path / "file", SENDER).deliver([letter()]))
    assert answer.outcome is Outcome.LATER


@pytest.mark.parametrize(
    ("address", "taken"),
    [
        ("maría@example.org", None),
        ("maria@bücher.example", "maria@xn--bcher-kva.example"),
        ('"maria nunez"@example.org', '"maria nunez"@example.org'),
        ("maria", None),
        ("maria@", None),
        ("a b@example.org", None),
        ("maria@example.org\r\nBcc: x@example.org", None),
        ("maria@-\u200b.example", None),
    ],
)
def test_an_address_goes_out_in_the_letters_of_mail_servers_or_is_refused_alone(tmp_path, address, taken):
    first, second = EmailKeep(tmp_path, SENDER).deliver([letter(1, address=address), letter(2)])
    assert second.outcome is Outcome.TAKEN
    assert first.outcome is (Outcome.TAKEN if taken else Outcome.REFUSED)
    if taken:
        assert taken in (tmp_path / "000000" / "1-abc.eml").read_text().replace("\n ", " ")
