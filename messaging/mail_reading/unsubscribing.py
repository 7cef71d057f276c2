"""A person asks for no more mail: a short answer, in her own words or with the one word that texts taught everybody."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

#: Longer answers are a conversation, in which somebody should read what is meant.
_MAX_LENGTH = 400

#: The whole answer, or its first line, is just this.
ALONE: Final[tuple[str, ...]] = (
    "stop(?: all| now| it| this| please| mails?| e-?mails?| sms| ?all)?", "please stop", "unsubscribe(?: me| please| now)?", "un-?subscribe", "opt[- ]?out", "remove(?: me)?", "cancel", "end", "quit", "take me off", "no more(?: e-?mails?| mails?)?(?: please)?", "leave me alone",
    "abmelden", "abbestellen", "austragen", "stopp?", "keine (?:weiteren )?(?:mails|e-mails|nachrichten|werbung)(?: mehr)?", "désabonne(?:r|ment|z-moi)", "désinscri(?:re|ption)", "arr[eê]t(?:er|ez)?", "stop ?pub", "baja", "dar(?:me)? de baja", "cancelar(?: suscripci[oó]n| subscri[cç][aã]o| inscri[cç][aã]o)?", "desuscribir(?:me)?", "cancellami|cancellare|disiscrivi(?:mi)?|cancellazione", "descadastrar|remover|sair|parar",
    "afmelden|uitschrijven|stoppen", "wypisz(?: mnie)?|wypisać|rezygnuję|zrezygnuj", "отписаться|отпишите(?: меня)?|стоп|отписка|отмена подписки", "відписатися|відпишіть(?: мене)?|стоп", "avsluta|avregistrera|avprenumerera|avanmäl", "avmeld(?: meg)?|meld meg av|frameld(?: mig)?|afmeld(?: mig)?", "lopeta|peruuta|poista(?: minut)?|peru tilaus", "odhlásit(?: se)?|zrušit(?: odběr)?", "iptal|çık(?:ış)?|abonelikten çık|dur",
    "(?:إلغاء الاشتراك|الغاء الاشتراك|توقف|ايقاف|إيقاف)", "(?:सदस्यता समाप्त(?: करें)?|बंद करो|बंद करें|रोकें)", "(?:退订|退訂|取消订阅|取消訂閱|td|t|停止|不要再发(?:了)?)", "(?:配信停止|購読解除|解除|停止(?:希望)?|配信停止(?:希望|をお願いします|してください)?)", "(?:수신 ?거부|구독 ?취소|구독 ?해지|그만|수신거부 ?해주세요)", "(?:hủy đăng ký|huỷ đăng ký|dừng|ngừng gửi|tu choi|từ chối)", "(?:berhenti(?: berlangganan)?|batal(?:kan)? langganan|stop berlangganan)", "(?:itigil|tigil(?:an)?|tanggalin (?:mo|n'?yo)? ?ako|mag-?unsubscribe|huwag na)",
)  # fmt: skip
#: A request within a sentence.
REQUESTS: Final[tuple[str, ...]] = (
    r"(?<!not )(?<!n't )(?<!n’t )\bunsubscribe (?:me|my|this|from|us|please)", r"(?:please|kindly|want to|like to|wish to|could you|can you|pls) (?:\w+ )?unsubscribe", r"(?:remove|take|delete) (?:me|my (?:e-?mail|address|name|e-?mail address)) (?:off|from|out)", r"(?:stop|quit|cease) (?:sending|e-?mailing|mailing|contacting|writing|messaging|spamming|bothering|texting)(?: to)? ?(?:me|us|these|this|such|your|any|mails?|e-?mails?)?", r"(?:do not|don't|don’t|never) (?:e-?mail|contact|write|mail|message|send|text)(?: to)? ?(?:me|us|any|these|this)?[^.!?]{0,40}(?<!by )(?<!as )(?:again|any ?more|mails?|e-?mails?|messages?|ever)", r"(?:no longer|not) (?:want|wish|like) (?:to (?:receive|get|hear|be contacted)|any|your|these|e-?mails)", r"opt(?:ing)?[- ]out (?:of|from)", r"(?:want|wish|like) to opt[- ]?out", r"withdraw (?:my )?consent",
    r"(?:nehmen|streichen|löschen|entfernen|tragen) sie (?:mich|meine|mein) .{0,50}(?:verteiler|liste|aus|adresse|daten|newsletter)", r"(?:keine|nicht) (?:weiteren |mehr )?(?:e-?mails|mails|nachrichten|werbung|newsletter) (?:mehr|senden|schicken|erhalten|zusenden|zuschicken)", r"(?:möchte|will|wünsche) .{0,40}(?:abmelden|abbestellen|austragen|keine (?:weiteren )?(?:e-?mails|mails|nachrichten|werbung))", r"newsletter (?:bitte )?(?:abbestellen|abmelden|kündigen)|bitte (?:abmelden|abbestellen|austragen)", r"hören sie auf,? mir",
    r"(?:me |veuillez me |merci de me )?(?:désabonner|désinscrire|désabonnez|désinscrivez)(?:-moi)?", r"(?:retirer?|retirez|supprime[rz]|enlevez|enlever)[- ](?:moi |mon adresse |mon mail |mes )?.{0,30}(?:liste|fichier|base|adresse|données)", r"ne (?:plus|souhaite plus|veux plus|désire plus) .{0,30}(?:recevoir|envoyer|contacter|écrire)", r"(?:arrêtez|cessez) de (?:m'|me|nous)",
    r"(?:darme|dame|denme|dénme|dar) de baja", r"no (?:quiero|deseo) (?:recibir|más|que me)", r"(?:dejen?|deje) de (?:enviar|escribir|mandar|contactar)", r"(?:elimin|borr|quit|retir)(?:en|e|a|ar)(?:me| mi) .{0,30}(?:lista|correo|base|datos)", r"cancelar (?:mi |la )?(?:suscripci[oó]n|subscri[cç][aã]o)", r"no me (?:env[ií]en|escriban|manden|contacten) más",
    r"(?:cancell|rimuov|toglie|elimin)(?:ate|atemi|etemi|ete|emi|i|imi|are|ere|a)(?:mi)? (?:il mio|la mia|dalla|i miei|dal)", r"non (?:desidero|voglio) (?:più )?(?:ricevere|essere)", r"(?:smett|disiscriv)(?:ete|etemi|ere|ermi|imi)", r"non (?:inviatemi|scrivetemi|mandatemi) più",
    r"(?:remov|retir|descadastr|exclu)(?:am|a|er|ar|ir|em|e)(?:-me|m-me| meu| o meu| minha)? .{0,30}(?:lista|e-?mail|cadastro|base)", r"não (?:quero|desejo|pretendo) (?:mais )?(?:receber|que me)", r"parem? de (?:me )?(?:enviar|mandar|escrever)", r"(?:uitschrijven|afmelden|schrijf mij uit|meld mij af|verwijder (?:mij|me|mijn))", r"(?:geen|niet) (?:meer )?(?:e-?mails?|mails?|berichten|nieuwsbrief)(?: meer)? (?:ontvangen|sturen|wil)|(?:wil|wens) geen .{0,30}(?:mails?|berichten) meer|stuur (?:mij|me) geen",
    r"(?:proszę )?(?:o )?(?:wypisanie|wypisać|usunięcie|usunąć|usuńcie|wykreślenie) (?:mnie|mojego|mój|moich)", r"nie (?:chcę|życzę sobie) (?:już |więcej )?(?:otrzymywać|dostawać|wiadomości|maili)|proszę (?:już )?nie (?:pisać|wysyłać)|nie (?:wysyłajcie|piszcie) (?:mi|do mnie) więcej", r"(?:отпишите|удалите|исключите|уберите) (?:меня|мой|мою)", r"(?:не|больше не) (?:хочу|желаю) (?:больше )?(?:получать|рассылк)|(?:прекратите|перестаньте|хватит) (?:мне )?(?:присылать|слать|писать|отправлять)|не (?:пишите|присылайте|шлите) (?:мне )?(?:больше)|больше не (?:пишите|присылайте)|отписаться от", r"(?:відпишіть|видаліть) (?:мене|мою)|не (?:хочу|бажаю) (?:більше )?отримувати|(?:припиніть|перестаньте) (?:мені )?(?:надсилати|писати)|більше не (?:пишіть|надсилайте)",
    r"(?:ta bort|stryk|avregistrera) (?:mig|min)|(?:vill|önskar) (?:inte|ej) (?:längre |ha |få |ta emot )+|sluta (?:skicka|maila|mejla)|avsluta (?:min )?prenumeration", r"(?:fjern|slett|slet|stryk|afmeld|avmeld|frameld) (?:meg|mig|min)|(?:ønsker|vil) ikke (?:lenger |længere |mere |flere |at |å |motta |modtage |få |ha )+|(?:slutt|stop) (?:med )?(?:å|at) (?:sende|skrive)", r"poista(?:kaa)? (?:minut|minun|osoitteeni)|en halua (?:enää )?(?:saada|vastaanottaa|viestejä|sähköposti)|lopetta?(?:kaa|a) (?:viestien|sähköpostien|minulle)|perua tilau", r"(?:odhlaste|odhlásit|vyřaďte|vymažte|odstraňte) (?:mě|mne|mou|můj|z)|(?:nechci|nepřeji si) (?:již |už |dále |dostávat |další )+|přestaňte mi",
    r"(?:abonelikten|listeden|listenizden) (?:çık|sil|kaldır)|(?:artık|bir daha|daha fazla) .{0,30}(?:istemiyorum|göndermeyin|yazmayın|almak istemiyorum)|beni (?:listeden )?(?:çıkar|sil)|(?:e-?posta|mail|mesaj) (?:göndermeyi|atmayı) (?:bırak|kes)", r"(?:إلغاء|الغاء|ألغوا) (?:ال)?اشتراك|(?:لا|لم أعد) (?:أريد|ارغب|أرغب) .{0,20}(?:استلام|تلقي|رسائل)|توقفوا? عن (?:إرسال|ارسال|مراسلت)|(?:احذف|أزل|إزالة|حذف).{0,10}(?:بريدي|عنواني|اسمي)", r"(?:सदस्यता|सब्सक्रिप्शन) (?:समाप्त|रद्द|हटा)|(?:ईमेल|मेल|संदेश) (?:भेजना )?(?:बंद|न भेजें|मत भेज)|(?:मुझे|मेरा) .{0,30}(?:हटा(?:एं|ओ|इए)|न भेजें|मत भेज)",
    r"(?:取消|退)(?:订|訂)(?:阅|閱)?|(?:不要|别|請勿|请勿|勿)再?(?:给我|給我|向我)?(?:发|發|寄)(?:送)?(?:邮件|郵件|信|了)?|(?:从|從|将我|將我).{0,12}(?:移除|删除|刪除)|不(?:想|希望)再?收到", r"(?:配信|メール|送信).{0,10}(?:停止|不要|止め|やめ|しないで|解除)|(?:購読|登録|会員)を?(?:解除|取り?消|削除)|(?:もう|今後).{0,14}(?:送らない|送信しない|不要)|リストから.{0,6}(?:削除|外し)", r"(?:수신|구독).{0,4}(?:거부|취소|해지|원하지|중단)|(?:메일|이메일|문자|연락).{0,10}(?:보내지 ?마|그만|원하지 ?않|받고 ?싶지 ?않|하지 ?마)|(?:목록|명단)에서.{0,6}(?:삭제|제외|빼)",
    r"(?:hủy|huỷ|bỏ) đăng ký|(?:đừng|ngừng|dừng|thôi) (?:gửi|liên lạc|nhắn)|không (?:muốn|cần) nhận|(?:xóa|xoá) (?:tôi|email|địa chỉ)", r"(?:berhenti|stop) (?:mengirim|berlangganan|kirim)|(?:jangan|tolong jangan) (?:lagi )?(?:kirim|hubungi|email)|(?:hapus|keluarkan) (?:saya|email saya|alamat)|tidak (?:ingin|mau) (?:lagi )?(?:menerima|dihubungi)", r"(?:huwag|wag) (?:na|mo na|nyo na|niyo na)(?:ng)? .{0,20}(?:padal|mag-?email|mag-?send|i-?email|i-?message|kontak)|(?:alisin|tanggalin|i-?remove) (?:mo|nyo|niyo|ninyo)? ?(?:na )?ako|ayaw ko (?:na|nang) .{0,20}(?:makatanggap|tumanggap)|itigil (?:na )?(?:ang|ninyo|nyo)",
)  # fmt: skip
#: The same words, said the other way round, or asked.
_NOT: Final = (
    r"(?:do not|don't|don’t|please don't|never|not|no need to) (?:\w+ )?(?:stop|unsubscribe|remove|opt)", r"(?:did not|didn't|didn’t|haven't|can't|cannot|won't) (?:\w+ )?(?:unsubscribe|opt|stop)", r"(?:how|why|where) (?:do|can|did|would|should) (?:i|we|they|customers|people|users|clients)", r"(?:our|my|your|their) (?:customers?|users?|clients?|subscribers?|readers?|people) .{0,40}(?:unsubscribe|opt|remove)", r"(?:nicht|kein) (?:abmelden|abbestellen|stopp?en|aufhören)", r"(?:ne|n') ?.{0,20}(?:désabonn|désinscri).{0,20} pas", r"no .{0,15}(?:dar de baja|cancelar)", r"non .{0,15}(?:cancell|disiscriv)", r"niet .{0,10}(?:stoppen|uitschrijven|afmelden)", r"не (?:отписывайте|отменяйте|удаляйте)", r"unsubscribe (?:rate|link|button|page|feature|flow|header|process|option)", r"stop by|full stop|bus stop|non-?stop|stop at|stop over",
)  # fmt: skip


def asks_to_stop(subject: str, text: str) -> str:
    """Return the rule by which a person's new text asks for no more mail, or nothing.

    Quoted text must be cut before; automatic answers must be sorted out before. A long answer never counts.
    """
    words = " ".join(text.lower().replace("’", "'").split())
    if len(words) > _MAX_LENGTH:
        return ""
    lines = [line.strip() for line in text.lower().replace("’", "'").split("\n") if line.strip()]
    # In a note of a few words, the word may stand between a greeting and a name.
    few = lines if len(words.split()) <= 12 else lines[:1]
    for said in (words, *map(_greeted, few[:5])):
        bare = said.strip(" \t.!,;:*\"'“”()[]-—–。！")
        if bare and _alone().fullmatch(bare):
            return f"Asks to stop: “{bare[:40]}”"
    if _not().search(words):
        return ""
    match = _requests().search(words)
    if match:
        return f"Asks to stop: “{match[0].strip()[:60]}”"
    if not words or words == subject.lower().strip():
        bare = subject.lower().strip(" .!")
        if bare and _alone().fullmatch(bare):
            return f"Subject asks to stop: “{bare[:40]}”"
    return "Subject asks to stop: “unsubscribe”" if len(words) < 60 and subject.lower().strip() == "unsubscribe" else ""


_GREETING = re.compile(
    r"^(?:hi|hello|hey|dear|hallo|bonjour|hola|ciao|olá|please|pls|bitte|merci|svp|por favor|per favore)\b[ ,!]{0,3}",
    re.IGNORECASE,
)


def _greeted(line: str) -> str:
    return _GREETING.sub("", line, count=1)


@cache
def _alone() -> re.Pattern[str]:
    return re.compile(
        "(?:please |pls |bitte |por favor |s'il vous plaît |svp )?(?:"
        + "|".join(ALONE)
        + r")(?:[ ,]{1,3}(?:please|pls|thanks|thank you|bitte|danke|merci|gracias|grazie|obrigado|thx|svp|s'il vous plaît|por favor|per favore)){0,2}"
    )


@cache
def _requests() -> re.Pattern[str]:
    return re.compile("|".join(REQUESTS))


@cache
def _not() -> re.Pattern[str]:
    return re.compile("|".join(_NOT))
