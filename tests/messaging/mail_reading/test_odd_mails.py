"""Broken mails, hostile mails, and mails too large: read as far as they go, never raising, never stalling."""

from __future__ import annotations

import time
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.mail_reading import read_mail
from messaging.mail_reading.shape import KINDS

PIECES = st.sampled_from(
    [b"From: a@b.co\n", b"Subject: =?utf-8?b?4pyT?=\n", b"Content-Type: multipart/mixed; boundary=x\n", b"\n", b"--x\n", b"--x--\n", b"\r\n", b"\r", b"\0", b"\xff\xfe",
     b"Content-Type: text/html; charset=nope\n", b"Content-Transfer-Encoding: base64\n", b"begin 644 a\n", b"> quoted\n", b"<div class=gmail_quote>", b"On 1 May 2026 a@b.co wrote:\n",
     b"Content-Type: message/delivery-status\n", b"Final-Recipient: rfc822;x@y.z\n", b"Action: failed\n", b"Auto-Submitted: auto-replied\n", b"until 31 February", b"Date: Mon, 99 Foo 99999 99:99:99 +9999\n"]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600) | st.lists(PIECES | st.binary(max_size=12), max_size=40).map(b"".join))
def test_any_bytes_are_read_without_raising(content: bytes) -> None:
    mail = read_mail(content)
    assert mail.kind in KINDS
    assert mail.rule
    assert mail.rule != "Could not be read"
    mail.text.encode()
    assert "\0" not in mail.text + mail.subject


def test_a_mail_that_breaks_the_reader_is_set_aside_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(raw: bytes) -> None:
        raise RuntimeError

    monkeypatch.setattr("messaging.mail_reading.reading.take_apart", broken)
    mail = read_mail(b"From: a@b.co\n\nHello")
    assert (mail.kind, mail.problem) == ("unknown", "could not be read (RuntimeError)")
    assert "Hello" in mail.text


@pytest.mark.parametrize(
    "body",
    [
        b">\n" * 2_500_000, b"On 2026 wrote\n" * 300_000, b"From: a@b.c\n" * 300_000, b"Am 1. a@b.co <a@b.co>\n" * 200_000, b"<" * 3_000_000, b"1 <a@" * 800_000, b"<!--" * 1_000_000, b'<a "' * 1_000_000,
        b"a@" * 2_000_000, b"--\n" * 1_000_000, b"user unknown " * 300_000, b"a" * 5_000_000,
    ],
    ids=lambda body: repr(body[:8]),
)  # fmt: skip
@pytest.mark.parametrize(
    "head",
    [
        b"From: a@b.co\n\n",
        b"From: a@b.co\nContent-Type: text/html\n\n",
        b"From: MAILER-DAEMON@b.co\nSubject: Undeliverable\n\n",
    ],
    ids=["plain", "html", "bounce"],
)
def test_megabytes_made_to_stall_take_no_longer_than_others(head: bytes, body: bytes) -> None:
    began = time.process_time()
    read_mail(head + body)
    assert time.process_time() - began < 2


def test_a_file_of_thirty_megabytes_is_kept_whole() -> None:
    content = bytes(range(256)) * 120_000
    mail = read_mail(
        b"From: a@b.co\nSubject: File\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\nHere it is.\n--x\n"
        b'Content-Type: application/pdf; name="plan.pdf"\nContent-Transfer-Encoding: base64\n\n'
        + b64encode(content)
        + b"\n--x--\n"
    )
    assert mail.text == "Here it is."
    assert [(one.name, one.size, one.content == content) for one in mail.attachments] == [
        ("plan.pdf", len(content), True)
    ]


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n", b"\r"])
def test_line_ends_make_no_difference(line_end: bytes) -> None:
    mail = read_mail(b"From: a@b.co\nSubject: A\n folded\n\nOne\nTwo\n".replace(b"\n", line_end))
    assert (mail.sender, mail.subject, mail.text.strip()) == ("a@b.co", "A folded", "One\nTwo")


@pytest.mark.parametrize(
    ("value", "sender", "name"),
    [
        ("Maria Keller <maria@example.com>", "maria@example.com", "Maria Keller"),
        ('"Keller, Maria" <Maria@Example.COM>', "maria@example.com", "Keller, Maria"),
        ("=?utf-8?q?J=C3=B6rg?= <joerg@example.com>", "joerg@example.com", "Jörg"),
        ("=?utf-8?b?SsO2?= =?utf-8?b?cmc=?= <joerg@example.com>", "joerg@example.com", "Jörg"),
        ("Jörg <joerg@müller.example>", "joerg@xn--mller-kva.example", "Jörg"),
        ('"much more"@example.com', '"much more"@example.com', ""),
        ("maria@example.com (Maria)", "maria@example.com", "Maria"),
        ("Maria <maria@example.com", "maria@example.com", "Maria"),
        ("undisclosed", "", "undisclosed"),
        ("A <a@example.com>\n B: c", "a@example.com", "A"),
    ],
)
def test_senders_are_read_as_they_are_written_and_miswritten(value: str, sender: str, name: str) -> None:
    mail = read_mail(f"From: {value}\nSubject: x\n\nHi".encode())
    assert (mail.sender, mail.sender_name) == (sender, name)
    assert bool(mail.problem) == (not sender)


@pytest.mark.parametrize(
    ("charset", "encoded", "text"),
    [
        ("iso-8859-1", "Grüße".encode("latin-1"), "Grüße"),
        ("utf-8", "Grüße".encode("latin-1"), "Grüße"),
        ("us-ascii", "Grüße".encode(), "Grüße"),
        ("no-such-charset", "Grüße".encode(), "Grüße"),
        ("iso-2022-jp", "会議の件".encode("iso2022_jp"), "会議の件"),
        ("ks_c_5601-1987", "회의 자료".encode("cp949"), "회의 자료"),
        ("gb2312", "会议资料".encode("gb18030"), "会议资料"),
        ("unicode_escape", b"caf\\xe9", "caf\\xe9"),
        ("zip", b"Hello", "Hello"),
    ],
)
def test_a_charset_that_is_wrong_or_unknown_costs_no_letter(charset: str, encoded: bytes, text: str) -> None:
    head = f"From: a@b.co\nContent-Type: text/plain; charset={charset}\n\n".encode()
    assert read_mail(head + encoded).text.strip() == text


def test_a_missing_boundary_is_found_and_said() -> None:
    mail = read_mail(b"From: a@b.co\nContent-Type: multipart/mixed\n\n--q\nContent-Type: text/plain\n\nHello\n--q--\n")
    assert mail.text == "Hello"
    assert "boundary" in mail.problem


def test_alternatives_are_one_text() -> None:
    mail = read_mail(
        b"From: a@b.co\nContent-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain\n\nHello\n"
        b"--x\nContent-Type: text/html\n\n<p>Hello</p>\n--x--\n"
    )
    assert (mail.text, mail.html) == ("Hello", "<p>Hello</p>")


def test_a_uuencoded_file_is_taken_out_of_the_text() -> None:
    mail = read_mail(b"From: a@b.co\n\nSee the file.\n\nbegin 644 note.txt\n%:&5L;&\\`\n`\nend\n")
    assert mail.text.strip() == "See the file."
    assert [(one.name, one.content) for one in mail.attachments] == [("note.txt", b"hello")]


def test_a_file_name_is_never_a_path() -> None:
    mail = read_mail(b'From: a@b.co\nContent-Type: application/x; name="../../etc/pass\twd"\n\nx')
    assert mail.attachments[0].name == "pass wd"


def test_nested_parts_end_somewhere() -> None:
    nested = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(200))
    assert "deep" in read_mail(b"From: a@b.co\n" + nested + b"\nHello").problem


def test_thread_fields_are_read() -> None:
    mail = read_mail(
        b"From: a@b.co\nMessage-ID: <m2@b.co>\nIn-Reply-To: <m1@crm.example>\nReferences: <m0@x>\n <m1@crm.example>\nDelivered-To: reply+7@crm.example\nTo: S <s@crm.example>\n\nHi"
    )
    assert (mail.message_id, mail.in_reply_to, mail.references) == (
        "m2@b.co",
        ("m1@crm.example",),
        ("m0@x", "m1@crm.example"),
    )
    assert mail.to == ("s@crm.example", "reply+7@crm.example")


@pytest.mark.parametrize(
    ("text", "language"),
    [("Thank you for the offer, we will have a look at it.", "en"), ("Vielen Dank für das Angebot, ich melde mich.", "de"), ("Merci pour votre offre, je suis d'accord avec vous.", "fr"), ("Gracias por su oferta, estoy de acuerdo con usted.", "es"), ("Grazie per la vostra offerta, sono d'accordo.", "it"), ("Obrigado pela oferta, estou de acordo com você.", "pt"), ("Bedankt voor het aanbod, ik ben het er mee eens.", "nl"), ("Dziękuję za ofertę, jestem na tak.", "pl"), ("Спасибо за предложение, мы согласны.", "ru"), ("Дякую за пропозицію, ми згодні.", "uk"), ("Tack för erbjudandet, jag är inte säker.", "sv"), ("Teklif için teşekkürler, çok iyi bir fikir.", "tr"), ("ご提案ありがとうございます。", "ja"), ("谢谢您的建议。", "zh"), ("제안 감사합니다.", "ko"), ("شكرا على العرض", "ar"), ("प्रस्ताव के लिए धन्यवाद", "hi"), ("Cảm ơn bạn, tôi đồng ý với đề nghị này.", "vi"), ("Terima kasih untuk tawaran ini, saya setuju.", "id"), ("Salamat po sa alok, gusto ko ito.", "tl"), ("12345", "")],
)  # fmt: skip
def test_the_language_is_told_or_nothing_is_said(text: str, language: str) -> None:
    assert read_mail(f"From: a@b.co\n\n{text}".encode()).language == language
