"""How mail programs announce the mail that they quote, by language; patterns, read without regard to case."""

from __future__ import annotations

from typing import Final

#: How such a line begins, if not with a number or a name: “On Monday, Maria <maria@example.com> wrote:”.
OPENINGS: Final[tuple[str, ...]] = (
    "on", "at", "am", "den", "um", "le", "la", "el", "a la", "il", "in data", "nel", "lo", "em", "no dia", "op", "aldus", "kl", "på",
    "ti", "ma", "to", "fr", "lø", "sø", "w dniu", "dnia", "dn", "pon", "wt", "śr", "czw", "pt", "sob", "niedz", "dne", "v", "po", "út",
    "st", "čt", "pá", "so", "ne", "dňa", "ut", "št", "pi", "пн", "вт", "ср", "чт", "пт", "сб", "вс", "понед", "вторн", "сред", "четв",
    "пятн", "субб", "воскр", "от", "на", "ke", "pe", "su", "ekkor", "în data", "στις", "την", "dana", "u", "na dan", "vào", "ngày", "lúc",
    "pada", "tanggal", "noong", "في", "بتاريخ", "يوم", "ב", "בתאריך", "ביום", "在", "于", "於", "星期", "周",
)  # fmt: skip
#: The word that ends it, or is near its end.
CLOSINGS: Final[tuple[str, ...]] = (
    "wrote", "writes", "has written", "posted", "schrieb", "geschrieben", "schreibt", "écrit", "ecrit", "escribió", "escribio", "escriure",
    "ha scritto", "scrive", "scrisse", "escreveu", "disse", "schreef", "geschreven", "skrev", "napisał", "pisze", "napsal", "napísal",
    "odesílatel", "написал", "пишет", "писал", "написав", "пише", "написа", "kirjoitti", "yazdı", "írta", "a scris", "έγραψε", "έγραψαν",
    "napisao", "napisala", "piše", "viết", "menulis", "sumulat", "isinulat", "كتب", "כתב", "מאת", "लिखा", "写道", "寫道", "写到", "来信", "來信",
    "のメール", "書きました", "のメッセージ", "님이 작성", "작성", "님의 말",
)  # fmt: skip

#: The labels of the block that Outlook and others put above what they quote, by what each stands for.
LABELS: Final[dict[str, tuple[str, ...]]] = {
    "from": (
        "from", "von", "de", "da", "van", "fra", "från", "od", "lähettäjä", "kimden", "gönderen", "feladó", "de la", "από",
        "šalje", "от", "від", "от кого", "من", "מאת", "发件人", "寄件者", "寄件人", "差出人", "送信者", "보낸 사람", "từ", "người gửi",
        "dari", "remitente", "mittente", "expéditeur", "remetente", "afzender", "absender", "nadawca", "odesílatel", "mula kay",
        "mula sa", "प्रेषक", "из",
    ),
    "sent": (
        "sent", "gesendet", "envoyé", "enviado", "enviada em", "enviado el", "inviato", "verzonden", "skickat", "sendt", "wysłano",
        "odesláno", "отправлено", "надіслано", "lähetetty", "gönderildi", "gönderilme tarihi", "elküldve", "trimis", "στάλθηκε",
        "poslano", "تاريخ الإرسال", "נשלח", "发送时间", "傳送時間", "寄件日期", "送信日時", "보낸 날짜", "đã gửi", "dikirim", "ipinadala", "भेजा गया",
        "enviada", "envoyé le", "gesendet am", "изпратено", "enviado em",
    ),
    "date": (
        "date", "datum", "fecha", "data", "dato", "dátum", "päivämäärä", "päiväys", "tarih", "ημερομηνία", "дата", "التاريخ", "תאריך",
        "日期", "日時", "日付", "날짜", "ngày", "tanggal", "petsa", "दिनांक",
    ),
    "to": (
        "to", "an", "à", "para", "a", "aan", "til", "till", "do", "komu", "кому", "vastaanottaja", "kime", "alıcı", "címzett", "către",
        "προς", "prima", "إلى", "אל", "收件人", "收件者", "宛先", "받는 사람", "đến", "kepada", "para kay", "destinatario", "destinataire",
        "destinatário", "empfänger", "кому", "प्रति", "pro", "до",
    ),
    "cc": ("cc", "kopie", "copie", "kopia", "kopi", "копия", "копія", "抄送", "副本", "참조", "נסתר", "bcc", "cc.", "másolat", "kopio", "bilgi"),
    "subject": (
        "subject", "betreff", "objet", "asunto", "oggetto", "assunto", "onderwerp", "ämne", "emne", "temat", "předmět", "predmet",
        "тема", "aihe", "konu", "tárgy", "subiect", "θέμα", "الموضوع", "נושא", "主题", "主題", "主旨", "件名", "제목", "chủ đề", "tiêu đề",
        "perihal", "subjek", "paksa", "विषय", "относно",
    ),
    "reply-to": ("reply-to", "antwort an", "répondre à", "responder a", "rispondi a", "importance", "priority", "attachments", "organisation", "organization"),
}  # fmt: skip

#: A line of its own that says: from here on, another mail.
DIVIDERS: Final[tuple[str, ...]] = (
    r"original (?:message|e?-?mail|appointment)", r"urspr(?:ü|u)ngliche (?:nachricht|e-?mail)", r"original-?nachricht", r"message (?:d['’]origine|original|transféré)",
    r"mensaje original", r"mensagem original", r"messaggio originale", r"oorspronkelijk bericht", r"originalmeddelande|ursprungligt meddelande|vidarebefordrat meddelande",
    r"oprindelig (?:meddelelse|besked)|videresendt meddelelse|original meddelelse", r"opprinnelig melding|videresendt melding", r"alkuperäinen viesti|välitetty viesti",
    r"oryginalna wiadomo[śs][ćc]|wiadomo[śs][ćc] oryginalna|przesłana dalej wiadomość|treść oryginalnej wiadomości", r"původní zpráva|původní e-mail|přeposlaná zpráva|pôvodná správa",
    r"исходное сообщение|оригинальное сообщение|пересылаемое сообщение|конец пересылаемого сообщения|пересланное сообщение|початкове повідомлення|переслане повідомлення|вихідне повідомлення",
    r"orijinal (?:mesaj|ileti)|özgün ileti|iletilmiş (?:mesaj|ileti)", r"eredeti üzenet|továbbított", r"mesaj original|mesaj redirecționat", r"αρχικό μήνυμα|προωθημένο",
    r"الرسالة الأصلية|رسالة محولة", r"הודעה מקורית|הודעה שהועברה", r"原始邮件|原邮件|转发(?:的)?邮件|原始郵件|原始訊息|轉寄的郵件|轉寄郵件", r"元のメッセージ|原文|転送(?:された)?メッセージ", r"원본 메[시세]지|전달된 메[시세]지|원본 메일",
    r"tin nhắn (?:gốc|được chuyển tiếp)|thư gốc|thư đã chuyển tiếp", r"pesan (?:asli|terusan|yang diteruskan)", r"orihinal na mensahe|ipinasang mensahe", r"मूल संदेश|अग्रेषित संदेश",
    r"forwarded (?:message|by|mail)|begin forwarded message|weitergeleitete (?:nachricht|e-?mail)|anfang der weitergeleiteten", r"message (?:transféré|transmis)|début du message (?:réexpédié|transféré)", r"mensaje (?:reenviado|transmitido)|inicio del mensaje reenviado", r"messaggio inoltrato|inizio messaggio inoltrato",
    r"mensagem (?:encaminhada|reencaminhada)", r"doorgestuurd bericht|begin doorgestuurd bericht", r"reply message|reply above this line|reply to this email above|reply separator|antwort oberhalb|répondez au-dessus",
    r"izvorna poruka|originalna poruka|proslijeđena poruka", r"missatge original|missatge reenviat",
)  # fmt: skip

#: A signature that a phone or a mail program writes by itself.
SIGNATURES: Final[tuple[str, ...]] = (
    r"sent (?:from|via|with|by|on|using) .{1,90}", r"get .{0,3}outlook for .{1,60}", r"from my (?:iphone|ipad|phone|mobile|android|blackberry|samsung|galaxy|htc|windows).{0,40}",
    r"(?:von|mit) (?:meinem|meiner|mein) .{1,60}(?:gesendet|geschickt|verschickt).{0,20}", r"gesendet (?:von|mit|über|aus|via) .{1,80}", r"diese nachricht wurde (?:von|mit) .{1,80}", r"(?:heruntergeladen|holen sie sich) .{0,20}outlook.{1,60}",
    r"envoyé (?:depuis|de|à partir|par|avec|via) .{1,90}", r"(?:téléchargez|obtenir) outlook .{1,60}", r"enviado (?:desde|do|de|a partir|via|por|com|con|pelo) .{1,90}", r"obtener outlook .{1,60}|obter o? ?outlook .{1,60}",
    r"inviato (?:da|dal|con|tramite|via) .{1,90}", r"ottieni outlook .{1,60}|scarica outlook .{1,60}", r"verzonden (?:vanaf|vanuit|met|via|van|door) .{1,90}", r"verstuurd (?:vanaf|vanuit|met|via|van) .{1,90}|(?:outlook voor .{1,20} downloaden|download outlook .{1,40})",
    r"skickat från .{1,90}", r"sendt fra .{1,90}", r"hent outlook .{1,60}|hämta outlook .{1,60}|skaff deg outlook .{1,60}", r"lähetetty .{1,90}", r"wysłan[eoay] z .{1,90}", r"pobierz outlook.{1,60}", r"odesláno z .{1,90}|odoslané z .{1,90}|získat outlook.{1,60}",
    r"отправлено (?:с|из|через|от) .{1,90}", r"(?:скачать|загрузить) outlook.{1,60}", r"надіслано (?:з|із|через) .{1,90}", r".{1,40}(?:ımdan|imden|umdan|dan|den|tan|ten) gönderildi\.?", r".{1,40}ile gönderildi", r"elküldve .{1,60}|az én .{1,40}küldve", r"trimis (?:de pe|din|de la) .{1,80}",
    r"στάλθηκε από .{1,80}|εστάλη από .{1,60}", r"poslano (?:s|iz|sa) .{1,80}", r"أُ?رسلت? من .{1,80}|تم الإرسال من .{1,60}", r"נשלח מ.{1,80}", r"發自我的.{1,40}|发自我的.{0,40}|发自.{0,4}(?:iphone|ipad|手机|网易|qq|foxmail|小米|华为).{0,40}|從我的 ?.{1,40}傳送|来自.{1,30}(?:手机|客户端)",
    r".{0,20}iphoneから送信|.{1,40}から送信(?:します|されました)?", r"(?:나의|내) .{1,30}에서 보냄|.{1,40}에서 보냈습니다|.{1,30}에서 나의 .{1,20}보냄", r"(?:đã )?gửi từ .{1,80}", r"(?:di)?kirim(?:an)? dari .{1,80}|dapatkan outlook .{1,60}", r"(?:ipinadala|pinadala) mula sa .{1,80}", r"मेरे .{1,40}से भेजा गया",
    r"\W{0,3}\w{1,20} from (?:a |my )?(?:mobile|phone)\W{0,3}", r"composed (?:on|with) .{1,60}|typed on .{1,60}", r"enviat des de .{1,60}", r"yahoo mail.{0,10}: .{1,60}", r"please excuse .{1,40}(?:typos|brevity).{0,40}",
)  # fmt: skip
