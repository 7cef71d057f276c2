"""An answer of ours stands beneath the mail that it answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.answering import answer_marks, plain_subject
from messaging.incoming import Incoming
from messaging.receiving import receive
from tests.factories import NOW, contact


@pytest.mark.parametrize(
    "subject", ["Offer", "Re: Offer", "RE: re: offer", "AW: Offer", "Re[2]: Offer", "Sv: Fwd: Offer", "回复：Offer"]
)
def test_the_same_subject_in_any_mail_program(subject: str) -> None:
    assert plain_subject(subject) == "offer"


@given(st.text(max_size=60))
def test_any_subject_is_read(subject: str) -> None:
    plain_subject(subject)


@pytest.mark.django_db
def test_an_answer_names_their_last_mail_of_that_subject_and_a_new_talk_none() -> None:
    ana = contact(email="ana@example.org")
    for number, kind in enumerate(["person", "person", "out_of_office"]):
        receive(
            [
                Incoming(
                    "email", "imap", f"m{number}", "ana@example.org", NOW, kind=kind, subject="Re: Offer", text="x",
                    message_id=f"m{number}@example.org", references=("a@x", "b@x"),
                )
            ],
            now=NOW,
        )  # fmt: skip
    assert answer_marks(ana.pk, "Re: Offer") == {"in_reply_to": "<m1@example.org>", "references": "<a@x> <b@x>"}
    assert answer_marks(ana.pk, "Something else") == {}


def test_addresses_are_compared_as_they_are_stored() -> None:
    from messaging.incoming import incoming_mail
    from messaging.mail_reading import read_mail

    raw = "From: Ana <Ana@BÜCHER.example.org>\r\nSubject: x\r\n\r\ny".encode()
    assert incoming_mail(read_mail(raw), raw, provider="imap", at=NOW).sender == "ana@xn--bcher-kva.example.org"
