"""Who asks for no more mail, and who only uses the words."""

from __future__ import annotations

import pytest

from .mails import read

REQUESTS = [
    "STOP", "Stop.", "unsubscribe", "Please unsubscribe me from your list.", "Please remove me from your mailing list. Thanks",
    "Stop sending me these e-mails!", "Take me off your list", "I no longer want to receive your emails.", "Don’t email me again.",
    "abmelden", "Bitte nehmen Sie mich aus dem Verteiler.", "Bitte keine weiteren E-Mails mehr senden.", "désabonner", "Merci de me désinscrire.",
    "Je ne souhaite plus recevoir vos messages.", "Por favor, darme de baja", "No quiero recibir más correos.", "cancelar suscripción",
    "Cancellatemi dalla lista", "Non desidero più ricevere le vostre mail.", "Quero cancelar inscrição, não quero mais receber e-mails", "Uitschrijven", "Verwijder mij uit uw lijst",
    "Proszę o wypisanie mnie z listy", "отписаться", "Больше не пишите мне", "відпишіть мене", "Ta bort mig från listan", "Meld meg av", "Afmeld mig", "Poistakaa minut listalta",
    "Odhlásit", "Nechci dostávat vaše zprávy", "Beni listeden çıkarın", "إلغاء الاشتراك", "मुझे ईमेल भेजना बंद करें", "退订", "請勿再寄信", "配信停止をお願いします", "수신거부",
    "Đừng gửi cho tôi nữa", "Berhenti mengirim email", "Huwag na kayong mag-email",
]  # fmt: skip


@pytest.mark.parametrize("text", REQUESTS)
def test_a_short_request_to_stop_is_heard_in_every_language(text: str) -> None:
    mail = read(text)
    assert mail.kind == "unsubscribe"
    assert mail.rule.startswith("Asks to stop")


@pytest.mark.parametrize(
    "text",
    [
        "Don't stop, we like it!",
        "Please do not unsubscribe me, I want to stay.",
        "We will stop by your office on Monday.",
        "How do our customers unsubscribe from the newsletters that you send?",
        "The unsubscribe link in your template is broken, could you fix it?",
        "Please stop the process for now, we will continue in June.",
        "Remove the second paragraph and we sign.",
        "I want to cancel the meeting.",
        "Please do not send me the contract by mail, call me instead.",
        "Please don't email me before Monday, I am busy.",
        "Can you stop at 3 pm? I have another meeting.",
        "Yes, let's end the project in June and start the next.",
    ],
)
def test_the_same_words_in_another_sense_are_a_persons_answer(text: str) -> None:
    assert read(text).kind == "person"


def test_what_stands_in_quoted_text_asks_for_nothing() -> None:
    mail = read(
        "Yes, gladly!\n\nOn Mon, May 11, 2026 at 9:00 AM Sam <sam@crm.example> wrote:\n\n> Reply STOP to unsubscribe"
    )
    assert (mail.kind, mail.reply_text) == ("person", "Yes, gladly!")


def test_a_vacation_note_never_asks_to_stop() -> None:
    mail = read("Please stop sending me e-mails until 25 May, I am out of the office.", Auto_Submitted="auto-replied")
    assert mail.kind == "out_of_office"


@pytest.mark.parametrize(
    "text",
    ["Hi Sam,\n\nStop.\n\nMaria", "Unsubscribe\n\nSent from my iPhone", "Hallo,\n\nbitte abmelden.\n\nGruß\nMaria"],
)
def test_the_word_may_stand_between_a_greeting_and_a_name(text: str) -> None:
    assert read(text).kind == "unsubscribe"


def test_a_mail_programs_unsubscribe_button_is_heard() -> None:
    assert read("", subject="unsubscribe").kind == "unsubscribe"
    assert (
        read("Apple Mail sent this.", Auto_Submitted="auto-replied", X_Apple_Unsubscribe="true").kind == "unsubscribe"
    )


def test_a_long_answer_is_for_a_person_to_understand() -> None:
    assert read("We talked about it for weeks. " * 20 + "Please remove me from the list of speakers.").kind == "person"
