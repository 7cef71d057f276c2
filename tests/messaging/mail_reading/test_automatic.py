"""Out-of-office notes, acknowledgements, and the people who only speak of them."""

from __future__ import annotations

from datetime import date

import pytest

from messaging.mail_reading import read_mail

from .mails import TODAY, raw, read

AWAY = [
    (
        "Automatic reply: Your plan",
        "I am out of the office until May 25, 2026. For urgent matters please call.",
        date(2026, 5, 25),
    ),
    (
        "Automatische Antwort: Ihr Plan",
        "Ich bin bis 25.05.2026 nicht im Büro. In dringenden Fällen wenden Sie sich an Kim.",
        date(2026, 5, 25),
    ),
    (
        "Abwesenheitsnotiz",
        "Vielen Dank für Ihre Nachricht. Ich bin im Urlaub und ab dem 25. Mai wieder erreichbar.",
        date(2026, 5, 25),
    ),
    ("Réponse automatique : Votre plan", "Je suis absent du bureau. De retour le 25 mai.", date(2026, 5, 25)),
    ("Respuesta automática: Su plan", "Estoy fuera de la oficina hasta el 25 de mayo de 2026.", date(2026, 5, 25)),
    ("Risposta automatica: Piano", "Sono fuori ufficio fino al 25 maggio.", date(2026, 5, 25)),
    ("Resposta automática: Plano", "Estou de férias até 25 de maio.", date(2026, 5, 25)),
    ("Automatisch antwoord: Plan", "Ik ben afwezig tot 25 mei 2026.", date(2026, 5, 25)),
    ("Automatyczna odpowiedź: Plan", "Jestem na urlopie do 25 maja 2026.", date(2026, 5, 25)),
    ("Автоответ: план", "Я нахожусь в отпуске до 25 мая.", date(2026, 5, 25)),
    ("Автоматична відповідь: план", "Я перебуваю у відпустці до 25 травня.", date(2026, 5, 25)),
    ("Automatiskt svar: plan", "Jag är på semester och åter den 25 maj.", date(2026, 5, 25)),
    ("Automatisk svar: plan", "Jeg er på ferie og tilbage den 25. maj.", date(2026, 5, 25)),
    ("Automaattinen vastaus: suunnitelma", "Olen lomalla 25.5.2026 saakka.", date(2026, 5, 25)),
    ("Automatická odpověď: plán", "Jsem na dovolené do 25. května.", date(2026, 5, 25)),
    ("Otomatik Yanıt: plan", "25 Mayıs 2026 tarihine kadar yıllık izindeyim.", date(2026, 5, 25)),
    ("رد تلقائي: الخطة", "أنا خارج المكتب حتى 25 مايو 2026.", date(2026, 5, 25)),
    ("स्वचालित उत्तर: योजना", "मैं 25 मई 2026 तक कार्यालय से बाहर हूँ।", date(2026, 5, 25)),
    ("自动答复: 计划", "我正在休假，2026年5月25日返回。", date(2026, 5, 25)),
    ("自動応答: ご提案", "5月25日まで休暇をいただいております。", date(2026, 5, 25)),
    ("자동 회신: 계획", "5월 25일까지 휴가 중입니다.", date(2026, 5, 25)),
    ("Trả lời tự động: kế hoạch", "Tôi nghỉ phép đến ngày 25 tháng 5 năm 2026.", date(2026, 5, 25)),
    ("Balasan otomatis: rencana", "Saya sedang cuti sampai 25 Mei 2026.", date(2026, 5, 25)),
    ("Awtomatikong tugon: plano", "Wala ako sa opisina hanggang 25 Mayo 2026.", date(2026, 5, 25)),
]


@pytest.mark.parametrize(("subject", "text", "back"), AWAY, ids=[subject for subject, _, _ in AWAY])
def test_an_absence_is_told_in_every_language_with_its_return(subject: str, text: str, back: date) -> None:
    mail = read(text, subject=subject)
    assert (mail.kind, mail.returns_on) == ("out_of_office", back)


@pytest.mark.parametrize(
    ("said", "back"),
    [
        ("I am out of office from 18 May to 22 May 2026.", date(2026, 5, 22)),
        ("I am on vacation through 22 May.", date(2026, 5, 23)),
        ("I am out of the office and will be back on Monday.", date(2026, 5, 18)),
        ("I am out of the office until 5/25/2026.", date(2026, 5, 25)),
        ("I am on leave until 2026-06-01.", date(2026, 6, 1)),
        ("I am on leave until January 7.", date(2027, 1, 7)),
        ("I am out of the office today, back tomorrow.", date(2026, 5, 15)),
        ("I am out of the office at the moment.", None),
        (
            "I am away from Monday, May 18th until Friday, May 22nd. I will be back on Monday, May 25th.",
            date(2026, 5, 25),
        ),
        ("Thanks for your note dated May 12. I'm away until next Tuesday.", date(2026, 5, 19)),
        ("Ich bin vom 18.05. bis zum 22.05.2026 im Urlaub.", date(2026, 5, 22)),
        ("Ich bin bis einschließlich 22. Mai nicht im Büro.", date(2026, 5, 23)),
        ("Je suis en congés du 18/05/2026 au 29/05/2026 inclus.", date(2026, 5, 30)),
        ("Ik ben op vakantie t/m 22 mei.", date(2026, 5, 23)),
        ("Jag är ledig t.o.m. 22 maj.", date(2026, 5, 23)),
        ("Jestem na urlopie w dniach 18-22 maja.", date(2026, 5, 22)),
        ("5/18(月)〜5/22(金)まで不在にしております。", date(2026, 5, 22)),
        ("5월 18일부터 5월 22일까지 부재 중입니다.", date(2026, 5, 22)),
    ],
)
def test_the_return_date_is_read_in_the_forms_that_people_write(said: str, back: date | None) -> None:
    assert read(said, Auto_Submitted="auto-replied").returns_on == back


def test_a_date_without_a_year_is_counted_from_the_mails_own_day_when_none_is_given() -> None:
    mail = read_mail(raw("I am away until 25 May.", Auto_Submitted="auto-replied"))
    assert mail.returns_on == date(2026, 5, 25)


def test_the_standards_field_decides_before_any_word() -> None:
    mail = read("Gone fishing.", Auto_Submitted="auto-replied (vacation)")
    assert (mail.kind, mail.rule) == ("out_of_office", "RFC 3834 Auto-Submitted: auto-replied")
    assert mail.auto_submitted
    assert mail.loops


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Ticket #4711 received", "We have received your request. This is an automated message, please do not reply."),
        ("Re: plan", "This is an automatically generated message. Your ticket has been created."),
        ("Eingangsbestätigung", "Ihre Nachricht ist bei uns eingegangen. Diese E-Mail wurde automatisch erstellt."),
        ("Accusé de réception", "Nous avons bien reçu votre demande. Ceci est un message automatique."),
        ("Acuse de recibo", "Hemos recibido su mensaje. Este es un mensaje automático."),
        ("受付完了", "お問い合わせいただきありがとうございます。このメールは自動送信です。"),
    ],
)
def test_we_have_got_your_message_is_an_acknowledgement(subject: str, text: str) -> None:
    assert read(text, subject=subject).kind == "auto_ack"


def test_a_help_desks_answer_with_the_standards_field_is_an_acknowledgement() -> None:
    mail = read("Thank you for contacting us. We will respond within two days.", Auto_Submitted="auto-replied")
    assert mail.kind == "auto_ack"


@pytest.mark.parametrize(
    "text",
    [
        "Sorry for the late answer, I was out of the office last week. Yes, let's meet.",
        "Thanks! Monday works for me. My colleague is on vacation, but I can decide.",
        "Ich war letzte Woche im Urlaub, deshalb erst jetzt: ja, gern.",
        "We received your offer and like it. Can you call me tomorrow?",
        "J'étais absent du bureau la semaine dernière. C'est d'accord.",
    ],
)
def test_a_person_who_mentions_an_absence_is_a_person(text: str) -> None:
    assert read(text, In_Reply_To="<m1@crm.example>").kind == "person"


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Out of Office: Plan", "Thank you for your email. I am currently out of office with limited access to email."),
        ("AW: Plan", "Vielen Dank für Ihre Nachricht. Ich bin zurzeit nicht im Büro und ab 26.05. wieder erreichbar."),
        ("Absente Re: plan", "Bonjour, je suis absente jusqu'au 2 juin. En cas d'urgence veuillez contacter Kim."),
    ],
)
def test_a_note_without_any_field_is_told_by_its_words(subject: str, text: str) -> None:
    assert read(text, subject=subject).kind == "out_of_office"


def test_an_answer_to_an_absence_note_is_no_note() -> None:
    mail = read(
        "Thanks, I will call you then.", subject="Re: Automatic reply: Your plan", In_Reply_To="<m2@crm.example>"
    )
    assert mail.kind == "person"


def test_a_newsletter_is_nobodys_answer() -> None:
    assert (
        read("Buy now!", subject="News", List_Unsubscribe="<https://example.com/u>", Precedence="bulk").kind
        == "unknown"
    )


def test_a_read_receipt_is_an_acknowledgement() -> None:
    receipt = (
        b"From: maria@example.com\nSubject: Read: Your plan\nContent-Type: multipart/report;"
        b' report-type=disposition-notification; boundary="b"\n\n--b\n\nYour message was read.\n'
        b"--b\nContent-Type: message/disposition-notification\n\nDisposition: manual-action; displayed\n--b--\n"
    )
    assert read_mail(receipt, today=TODAY).kind == "auto_ack"
