"""Bounces and complaints: who was not reached, why, and whose fault it is."""

from __future__ import annotations

import pytest

from messaging.mail_reading import read_mail
from messaging.mail_reading.bounce_reasons import REASONS, bounce_type
from messaging.mail_reading.bounce_words import WORDS

from .mails import raw, read, report


@pytest.mark.parametrize(
    ("diagnostic", "status", "reason", "kind"),
    [
        ("550 5.1.1 <peter@example.com>: Recipient address rejected: User unknown", "5.1.1", "userunknown", "hard"),
        ("550-5.1.1 The email account that you tried to reach does not exist.", "5.1.1", "userunknown", "hard"),
        ("550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found", "5.1.10", "userunknown", "hard"),
        ("Host or domain name not found. Name service error for name=example.con", "5.4.4", "hostunknown", "hard"),
        ("domain example.com does not accept mail (nullMX)", "5.1.10", "notaccept", "hard"),
        ("551 5.1.6 peter has moved to peter@example.org", "5.1.6", "hasmoved", "hard"),
        ("552 5.2.2 The email account that you tried to reach is over quota", "5.2.2", "mailboxfull", "soft"),
        ("452 4.2.2 Mailbox full", "4.2.2", "mailboxfull", "soft"),
        ("connect to mx.example.com[192.0.2.1]:25: Connection timed out", "4.4.1", "networkerror", "soft"),
        ("550 5.2.1 The email account that you tried to reach is disabled", "5.2.1", "suspend", "soft"),
        ("550 5.7.1 Service unavailable; client host [192.0.2.1] blocked using Spamhaus", "5.7.1", "blocked", "ours"),
        ("550-5.7.26 This mail is unauthenticated; the domain's DMARC policy", "5.7.26", "authfailure", "ours"),
        (
            "550 5.7.1 Our system has detected that this message is likely unsolicited mail",
            "5.7.1",
            "spamdetected",
            "ours",
        ),
        ("552 5.3.4 Message size exceeds fixed maximum message size", "5.3.4", "mesgtoobig", "ours"),
        ("554 5.7.1 <peter@example.com>: Relay access denied", "5.7.1", "norelaying", "ours"),
        ("553 5.1.8 <sam@crm.example>: Sender address rejected: Domain not found", "5.1.8", "rejected", "ours"),
        ("450 4.7.25 Client host rejected: cannot find your reverse hostname", "4.7.25", "requireptr", "ours"),
        ("554 Please see http://example.com for what this is", "5.0.0", "onhold", "soft"),
    ],
)
def test_a_report_says_who_was_not_reached_and_why(diagnostic: str, status: str, reason: str, kind: str) -> None:
    mail = read_mail(report(diagnostic, status=status))
    assert mail.kind == "bounce"
    assert mail.bounce is not None
    assert (mail.bounce.reason, mail.bounce.type) == (reason, kind)
    assert (mail.bounce.recipient, mail.bounce.original_message_id) == ("peter@example.com", "m1@crm.example")
    assert status[1:] in mail.rule


def test_a_mail_that_is_only_late_is_no_dead_address() -> None:
    mail = read_mail(report("delivery temporarily suspended", status="4.4.7", action="delayed"))
    assert mail.bounce is not None
    assert mail.bounce.type == "soft"


def test_a_report_of_success_is_no_bounce() -> None:
    mail = read_mail(report("250 2.0.0 Ok", status="2.0.0", action="delivered"))
    assert (mail.kind, mail.bounces) == ("auto_ack", ())


QMAIL = """Hi. This is the qmail-send program at mx.example.com.
I'm afraid I wasn't able to deliver your message to the following addresses.

<peter@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 550 5.1.1 User unknown

<paula@example.com>:
Remote host said: 552 5.2.2 Mailbox full

--- Below this line is a copy of the message.

Message-ID: <m1@crm.example>
From: sam@crm.example
To: peter@example.com
Subject: Your plan
"""
EXIM = """This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  peter@example.com
    host mx.example.com [192.0.2.1]: 550 5.1.1 No such user

------ This is a copy of the message, including all the headers. ------

Message-ID: <m1@crm.example>
To: peter@example.com
"""


def test_a_bounce_written_for_people_names_each_recipient_with_her_own_reason() -> None:
    mail = read_mail(raw(QMAIL, subject="failure notice", sender="MAILER-DAEMON@mx.example.com"))
    assert [(one.recipient, one.reason) for one in mail.bounces] == [
        ("peter@example.com", "userunknown"),
        ("paula@example.com", "mailboxfull"),
    ]
    assert mail.bounces[0].original_message_id == "m1@crm.example"


def test_exims_field_of_failed_recipients_is_believed() -> None:
    mail = read_mail(
        raw(EXIM, subject="Mail failed", sender="x@mx.example.com", X_Failed_Recipients="peter@example.com")
    )
    assert mail.bounce is not None
    assert (mail.bounce.recipient, mail.bounce.type) == ("peter@example.com", "hard")
    assert "X-Failed-Recipients" in mail.rule


def test_a_person_who_writes_of_a_bounce_is_a_person() -> None:
    mail = read(
        "I got “550 5.1.1 user unknown” when I wrote to your colleague. Is the address right?", subject="Undelivered?"
    )
    assert mail.kind == "person"
    assert (
        read("See below.\n\n> 550 5.1.1 User unknown", subject="Fwd: Undelivered Mail Returned to Sender").kind
        == "person"
    )


def feedback(kind: str) -> bytes:
    return (
        "From: fbl@provider.example\nTo: sam@crm.example\nSubject: FW: Your plan\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nAn abuse report.\n\n--b\nContent-Type: message/feedback-report\n\n"
        f"Feedback-Type: {kind}\nUser-Agent: SomeGenerator/1.0\nVersion: 1\nOriginal-Rcpt-To: <peter@example.com>\n\n"
        "--b\nContent-Type: message/rfc822\n\nMessage-ID: <m1@crm.example>\nFrom: sam@crm.example\nTo: peter@example.com\n"
        "Subject: Your plan\n\nHello\n--b--\n"
    ).encode()


def test_a_feedback_report_is_a_complaint_about_a_mail_of_ours() -> None:
    mail = read_mail(feedback("abuse"))
    assert (mail.kind, mail.about_recipient, mail.about_message_id) == (
        "complaint",
        "peter@example.com",
        "m1@crm.example",
    )
    assert mail.rule == "RFC 5965 feedback report: abuse"


def test_the_unsubscribe_button_of_a_provider_asks_for_no_more_mail() -> None:
    assert read_mail(feedback("opt-out")).kind == "unsubscribe"


def test_every_reason_has_a_sentence_and_a_type() -> None:
    assert {reason for reason, _ in WORDS} <= set(REASONS)
    assert {bounce_type(reason, "5.0.0", "550") for reason in REASONS} == {"hard", "soft", "ours"}


def test_a_note_of_absence_that_speaks_of_delay_is_no_bounce() -> None:
    note = raw(
        "I am on vacation until 25 May; answers will be delayed. For urgent matters please call.",
        subject="Automatic reply: Undelivered Mail Returned to Sender",
        sender="Postmaster <postmaster@example.com>",
        Auto_Submitted="auto-replied",
    )
    assert read_mail(note).kind == "out_of_office"


def test_a_person_whose_company_is_called_like_a_mail_system_is_a_person() -> None:
    note = raw("Our delivery was delayed, and one box was rejected. Sorry!", sender="Kim <kim@bounce-fitness.example>")
    assert read_mail(note).kind == "person"


def test_amazons_notice_by_mail_is_read() -> None:
    notice = raw(
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bounceSubType":"General","bouncedRecipients":['
        '{"emailAddress":"peter@example.com","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},'
        '"mail":{"messageId":"ses-1"}}',
        sender="no-reply@sns.amazonaws.com",
    )
    mail = read_mail(notice)
    assert mail.bounce is not None
    assert (mail.bounce.type, mail.bounce.recipient, mail.about_message_id) == ("hard", "peter@example.com", "ses-1")


def test_a_mail_that_was_sent_on_is_about_the_address_we_wrote_to() -> None:
    sent_on = report("550 5.1.1 User unknown", status="5.1.1").replace(
        b"Final-Recipient: rfc822; peter@example.com",
        b"Original-Recipient: rfc822;peter@example.com\nFinal-Recipient: rfc822; p@elsewhere.example",
    )
    mail = read_mail(sent_on)
    assert mail.bounce is not None
    assert (mail.bounce.recipient, mail.about_recipient) == ("p@elsewhere.example", "peter@example.com")
