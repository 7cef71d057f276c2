"""New text against quoted text and signatures."""

from __future__ import annotations

import pytest

from messaging.mail_reading import read_mail
from messaging.mail_reading.trimming import trimmed

ANNOUNCED = [
    "On Mon, May 11, 2026 at 9:00 AM Sam Lee <sam@crm.example> wrote:",
    "On Mon, May 11, 2026 at 9:00 AM Sam Lee <\nsam@crm.example> wrote:",
    "Am 11.05.2026 um 09:00 schrieb Sam Lee:",
    "Am Mo., 11. Mai 2026 um 09:00 Uhr schrieb Sam Lee <sam@crm.example>:",
    "Le lun. 11 mai 2026 à 09:00, Sam Lee <sam@crm.example> a écrit :",
    "El lun, 11 may 2026 a las 9:00, Sam Lee (<sam@crm.example>) escribió:",
    "Il giorno lun 11 mag 2026 alle ore 09:00 Sam Lee <sam@crm.example> ha scritto:",
    "Em seg., 11 de mai. de 2026 às 09:00, Sam Lee <sam@crm.example> escreveu:",
    "Op ma 11 mei 2026 om 09:00 schreef Sam Lee <sam@crm.example>:",
    "Op 11 mei 2026 om 09:00 heeft Sam Lee het volgende geschreven:",
    "pon., 11 maj 2026 o 09:00 Sam Lee <sam@crm.example> napisał(a):",
    "пн, 11 мая 2026 г. в 09:00, Sam Lee <sam@crm.example>:",
    "11 мая 2026 г., 09:00, Sam Lee написал:",
    "пн, 11 трав. 2026 р. о 09:00 Sam Lee <sam@crm.example> пише:",
    "Den mån 11 maj 2026 kl 09:00 skrev Sam Lee <sam@crm.example>:",
    "Den man. 11. maj 2026 kl. 09.00 skrev Sam Lee <sam@crm.example>:",
    "man. 11. mai 2026 kl. 09:00 skrev Sam Lee <sam@crm.example>:",
    "ma 11. toukok. 2026 klo 9.00 Sam Lee (sam@crm.example) kirjoitti:",
    "po 11. 5. 2026 v 9:00 odesílatel Sam Lee <sam@crm.example> napsal:",
    "Sam Lee <sam@crm.example>, 11 May 2026 Pzt, 09:00 tarihinde şunu yazdı:",
    "في الاثنين، 11 مايو 2026 في 9:00 ص كتب Sam Lee <sam@crm.example>:",
    "सोम, 11 मई 2026 को 9:00 am बजे को Sam Lee <sam@crm.example> ने लिखा:",
    "Sam Lee <sam@crm.example> 于2026年5月11日周一 09:00写道：",
    "2026年5月11日(月) 9:00 Sam Lee <sam@crm.example>:",
    "2026년 5월 11일 (월) 오전 9:00, Sam Lee <sam@crm.example>님이 작성:",
    "Vào 09:00, Th 2, 11 thg 5, 2026 Sam Lee <sam@crm.example> đã viết:",
    "Pada Sen, 11 Mei 2026 pukul 09.00 Sam Lee <sam@crm.example> menulis:",
    "Noong Lun, Mayo 11, 2026 nang 9:00 AM, sumulat si Sam Lee <sam@crm.example> sumulat:",
    "2026-05-11 9:00 GMT+02:00 Sam Lee <sam@crm.example>:",
]


@pytest.mark.parametrize("line", ANNOUNCED)
def test_what_is_announced_as_quoted_is_cut_in_every_language(line: str) -> None:
    cut = trimmed(f"Yes, gladly.\n\nMaria\n\n{line}\n\n> Shall we meet?\n> Sam")
    assert cut.new == "Yes, gladly.\n\nMaria"
    assert "Shall we meet?" in cut.quoted


BLOCKS = [
    ("From", "Sent", "To", "Subject"), ("Von", "Gesendet", "An", "Betreff"), ("De", "Envoyé", "À", "Objet"), ("De", "Enviado el", "Para", "Asunto"),
    ("Da", "Inviato", "A", "Oggetto"), ("De", "Enviada em", "Para", "Assunto"), ("Van", "Verzonden", "Aan", "Onderwerp"), ("Od", "Wysłano", "Do", "Temat"),
    ("От", "Отправлено", "Кому", "Тема"), ("Від", "Надіслано", "Кому", "Тема"), ("Från", "Skickat", "Till", "Ämne"), ("Fra", "Sendt", "Til", "Emne"),
    ("Lähettäjä", "Lähetetty", "Vastaanottaja", "Aihe"), ("Od", "Odesláno", "Komu", "Předmět"), ("Kimden", "Gönderildi", "Kime", "Konu"),
    ("发件人", "发送时间", "收件人", "主题"), ("差出人", "送信日時", "宛先", "件名"), ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
]  # fmt: skip


@pytest.mark.parametrize("labels", BLOCKS, ids=lambda labels: f"{labels[0]} {labels[3]}")
@pytest.mark.parametrize("bold", ["", "*"])
def test_outlooks_block_ends_the_new_text(labels: tuple[str, ...], bold: str) -> None:
    values = ("Sam Lee <sam@crm.example>", "11.05.2026 09:00", "Maria Keller", "Your plan")
    block = "\n".join(f"{bold}{label}:{bold} {value}" for label, value in zip(labels, values, strict=True))
    assert trimmed(f"Ja.\n\n________________________________\n{block}\n\nShall we meet?").new == "Ja."


@pytest.mark.parametrize(
    "line",
    [
        "-----Original Message-----", "-----Ursprüngliche Nachricht-----", "-------- Message d'origine --------", "-----Mensaje original-----",
        "---------- Forwarded message ---------", "-----Messaggio originale-----", "-----Oorspronkelijk bericht-----", "-----Исходное сообщение-----", "------------------ 原始邮件 ------------------",
    ],
)  # fmt: skip
def test_a_divider_ends_the_new_text(line: str) -> None:
    assert trimmed(f"Fine.\n\n{line}\nShall we meet?").new == "Fine."


@pytest.mark.parametrize(
    "line",
    [
        "Sent from my iPhone", "Von meinem iPhone gesendet", "Envoyé depuis mon iPhone", "Enviado desde mi iPhone", "Inviato da iPhone", "Verzonden vanaf mijn iPhone",
        "Wysłane z iPhone'a", "Отправлено с iPhone", "Skickat från min iPhone", "Sendt fra min iPhone", "Lähetetty iPhonesta", "Odesláno z iPhonu", "iPhone'umdan gönderildi", "发自我的iPhone", "iPhoneから送信",
        "나의 iPhone에서 보냄", "Gửi từ iPhone của tôi", "Dikirim dari iPhone saya", "Get Outlook for Android<https://aka.ms/x>",
    ],
)  # fmt: skip
def test_a_phones_signature_is_cut(line: str) -> None:
    assert trimmed(f"Fine with me.\n\n{line}").new == "Fine with me."


def test_a_signature_after_two_hyphens_is_cut_and_a_persons_own_greeting_stays() -> None:
    assert (
        trimmed("Fine.\n\nBest regards\nMaria\n\n-- \nMaria Keller\nHead of Sales").new
        == "Fine.\n\nBest regards\nMaria"
    )


def test_answers_between_quotes_stay_with_what_they_answer() -> None:
    text = "On Mon, May 11, 2026 Sam <sam@crm.example> wrote:\n> Monday?\nYes.\n> At nine?\nBetter at ten.\n> Bye"
    assert trimmed(text).new == "Yes.\n> At nine?\nBetter at ten."


def test_an_answer_below_the_quote_is_found() -> None:
    assert trimmed("Am 11.05.2026 um 09:00 schrieb Sam Lee:\n> Monday?\n\nYes, at nine.").new == "Yes, at nine."


@pytest.mark.parametrize(
    "text",
    ["> only a quote", "On Mon, May 11, 2026 Sam <s@crm.example> wrote:\n> Hi", "-- \nMaria", "Sent from my iPhone"],
)
def test_nothing_is_ever_cut_whole(text: str) -> None:
    assert trimmed(text).new.strip()


def test_sentences_that_look_a_little_like_marks_stay() -> None:
    text = "On your remaining points: 3 of them I have sent from my office.\nFrom: what I see, it is fine.\nOne is not on 5 May."
    assert trimmed(text).new == text


def html(body: str) -> str:
    mail = read_mail(
        b"From: maria@example.com\nSubject: Re: x\nContent-Type: text/html; charset=utf-8\n\n" + body.encode()
    )
    return mail.reply_text


@pytest.mark.parametrize(
    "quoted",
    [
        '<div class="gmail_quote"><div class="gmail_attr">On Mon, May 11, 2026 Sam &lt;sam@crm.example&gt; wrote:<br></div><blockquote>Monday?</blockquote></div>',
        '<div id="appendonsend"></div><hr><div id="divRplyFwdMsg"><b>From:</b> Sam<br><b>Sent:</b> Monday<br></div><div>Monday?</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0in 0in 0in"><p><b>From:</b> Sam</p></div><p>Monday?</p>',
        '<div class="moz-cite-prefix">On 5/11/26 9:00 AM, Sam wrote:<br></div><blockquote type="cite">Monday?</blockquote>',
        '<div class="yahoo_quoted"><div>On Monday, Sam wrote:</div><div>Monday?</div></div>',
        "<blockquote>Monday?</blockquote>",
    ],
)
def test_an_html_mails_quote_is_cut(quoted: str) -> None:
    assert (
        html(f"<html><head><style>p {{}}</style></head><body><p>Yes &amp; gladly.</p>{quoted}</body></html>")
        == "Yes & gladly."
    )


def test_html_answers_between_quotes_survive() -> None:
    text = html("<blockquote>Monday?</blockquote><p>Yes.</p><blockquote>At nine?</blockquote><p>At ten.</p>")
    assert text == "Yes.\n\nAt ten."
