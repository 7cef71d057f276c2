"""The words of many files and languages: what columns are called, what "empty" and a lifecycle are called."""

from __future__ import annotations

import re
import unicodedata

#: Field -> headings that mean it, plain lower-case letters and single spaces (see `plain`).
HEADINGS: dict[str, tuple[str, ...]] = {
    "external_id": (
        "id", "external id", "externe id", "record id", "contact id", "contactid", "lead id", "leadid", "prospect id", "person id",
        "customer id", "client id", "user id", "uuid", "guid", "crm id", "kundennummer", "kunden nr", "numero client", "id cliente",
        "id contact", "klantnummer", "id contato", "external key", "unique id",
    ),
    "first_name": (
        "first name", "firstname", "given name", "forename", "name first", "vorname", "prenom", "nombre", "nome", "voornaam", "imie",
        "имя", "fornavn", "fornamn", "etunimi", "jmeno", "keresztnev", "ad", "名", "이름", "الاسم الاول",
    ),
    "last_name": (
        "last name", "lastname", "surname", "family name", "name last", "nachname", "familienname", "nom", "nom de famille", "apellido",
        "apellidos", "cognome", "sobrenome", "achternaam", "nazwisko", "фамилия", "etternavn", "efternamn", "sukunimi", "prijmeni",
        "vezeteknev", "soyad", "soyadi", "姓", "성", "اسم العائلة",
    ),
    "full_name": (
        "name", "full name", "fullname", "contact name", "display name", "lead name", "customer name", "client name", "person name",
        "vollstandiger name", "nom complet", "nombre completo", "nome completo", "volledige naam", "имя и фамилия", "фио", "person",
        "ansprechpartner", "contact", "姓名", "氏名", "이름 성", "الاسم", "student name", "patient name",
    ),
    "organisation": (
        "organisation", "organization", "company", "company name", "account name", "account", "associated company", "employer", "firma",
        "unternehmen", "societe", "entreprise", "empresa", "azienda", "bedrijf", "компания", "foretag", "yritys", "firmenname", "会社",
        "organization name", "organisation name", "business name",
    ),
    "job_title": (
        "job title", "jobtitle", "job", "position", "role", "function", "beruf", "stelle", "fonction", "poste", "cargo", "puesto", "funktie",
        "должность", "organization title",
    ),
    "email": (
        "email", "e mail", "mail", "email address", "e mail address", "emailaddress", "primary email", "work email", "email 1",
        "e mail 1 value", "e mail 1", "personal email", "home email", "other email", "email 2", "e mail 2 value", "e mail 2 address",
        "e mail 3 value", "e mail 3 address", "secondary email", "e mail adresse", "email adresse", "adresse e mail", "adresse email",
        "courriel", "correo", "correo electronico", "e mailadres", "indirizzo email", "endereco de email", "почта", "электронная почта",
        "epost", "e post", "sahkoposti", "eposta", "e posta", "メール", "이메일", "邮箱", "电子邮件", "البريد الالكتروني", "email work", "email home",
        "person email", "person email work", "person email home", "person email other",
    ),
    "phone": (
        "mobile", "mobile phone", "mobile number", "cell", "cell phone", "cellphone", "phone", "phone number", "telephone", "tel",
        "telephone number", "phone 1 value", "phone 1", "primary phone", "work phone", "business phone", "home phone", "other phone",
        "business phone 2", "home phone 2", "phone 2 value", "phone 2", "phone 3 value", "whatsapp", "whatsapp number", "handy", "mobil",
        "mobiltelefon", "telefon", "telefonnummer", "rufnummer", "portable", "numero de telephone", "telephone portable", "telefono",
        "movil", "celular", "cellulare", "telefone", "telefoon", "mobiel", "телефон", "мобильный", "puhelin", "puhelinnumero", "電話",
        "전화", "电话", "手机", "الهاتف", "contact number", "person phone", "person phone work", "person phone mobile", "asst phone",
    ),
    "country": (
        "country", "country region", "mailing country", "home country region", "business country region", "land", "pays", "pais", "paese",
        "страна", "kraj", "maa", "ulke", "国", "国家", "국가", "البلد", "country code", "nationality", "staatsangehorigkeit",
        "address 1 country", "home country", "business country",
    ),
    "city": (
        "city", "town", "mailing city", "business city", "home city", "ort", "stadt", "wohnort", "ville", "ciudad", "citta", "cidade",
        "plaats", "stad", "город", "miasto", "kaupunki", "sehir", "市", "城市", "도시", "address 1 city",
    ),
    "time_zone": ("time zone", "timezone", "zeitzone", "fuseau horaire", "zona horaria", "tijdzone", "часовой пояс"),
    "language": ("language", "preferred language", "sprache", "langue", "idioma", "lingua", "taal", "язык", "locale", "jezyk"),
    "source": (
        "source", "lead source", "leadsource", "origin source", "original source", "herkunft", "quelle", "origine", "origen", "fonte",
        "bron", "источник", "how did you find us", "utm source",
    ),
    "lifecycle": (
        "lifecycle", "lifecycle stage", "life cycle", "status", "lead status", "contact status", "customer status", "stage", "converted",
        "is converted", "isconverted", "is client", "is customer", "client", "customer", "kunde", "kundenstatus", "statut", "estado",
        "stato", "статус", "stadium",
    ),
    "owner": (
        "owner", "contact owner", "lead owner", "owner email", "assigned to", "account manager", "sales rep", "betreuer", "zustandig",
        "proprietaire", "propietario", "responsable", "ответственный", "record owner", "eigenaar",
    ),
    "email_opt_out": (
        "do not email", "do not e mail", "donotemail", "email opt out", "e mail opt out", "hasoptedoutofemail", "opted out of email",
        "unsubscribed", "unsubscribed from all email", "no email", "opt out", "optout", "keine e mails", "ne pas envoyer d e mail",
        "no enviar correo", "abgemeldet", "desabonne",
    ),
    "call_opt_out": (
        "do not call", "donotcall", "do not phone", "call opt out", "phone opt out", "no calls", "dnc", "nicht anrufen", "ne pas appeler",
        "no llamar",
    ),
    "sms_opt_out": ("do not text", "do not sms", "sms opt out", "no sms", "text opt out", "keine sms"),
    "tags": ("tags", "tag", "labels", "label", "group membership", "groups", "etiketten", "schlagworte", "etiquettes", "etiquetas", "метки"),
    "preferred_channel": ("preferred channel", "preferred contact method", "preferred contact", "bevorzugter kanal", "canal prefere"),
}  # fmt: skip

#: Cells that say "nothing was filled in", in forms, exports and spreadsheets.
EMPTY_WORDS = frozenset(
    "select|please select|select...|- select -|-- select --|select one|choose|choose...|please choose|none|-none-|--none--|nil|null|(null)|"
    "nan|#n/a|n/a|n.a.|n.a|na|not available|not provided|not specified|unspecified|unknown|undefined|(blank)|blank|(empty)|empty|-|--|---|"
    "—|–|.|..|...|?|??|#null!|#ref!|#value!|tbd|not set|no data|missing|"
    "bitte auswählen|bitte wählen|auswählen|unbekannt|k.a.|keine angabe|keine|leer|"
    "sélectionner|veuillez sélectionner|choisir|inconnu|non renseigné|aucun|vide|"
    "seleccionar|seleccione|elegir|desconocido|ninguno|vacío|sin datos|"
    "selecionar|selecione|desconhecido|nenhum|seleziona|sconosciuto|nessuno|selecteer|onbekend|geen|"
    "выберите|неизвестно|нет данных|не указано|wybierz|nieznany|brak|brak danych|välj|okänd|saknas|velg|ukjent|valitse|tuntematon|"
    "seçiniz|bilinmiyor|選択してください|不明|なし|请选择|未知|无|선택|알 수 없음|اختر|غير معروف".split("|")
)

#: Words that stand in cells of a column about how far somebody has come.
LIFECYCLE_WORDS: dict[str, str] = {
    word: stage
    for stage, words in {
        "new": "new|new lead|lead|open|not contacted|uncontacted|subscriber|prospect|neu|nouveau|nuevo|novo|nuovo|nieuw|новый|nowy|pre qualified|not converted",
        "working": "working|contacted|in progress|attempted to contact|attempting|nurturing|open working|working contacted|connected|in bearbeitung|en cours|en curso|contact in future",
        "qualified": "qualified|marketing qualified lead|sales qualified lead|mql|sql|opportunity|hot|proposal|qualifiziert|qualifie|calificado|open deal|closed qualified",
        "client": "client|customer|converted|won|closed won|closed converted|evangelist|active client|enrolled|kunde|bestandskunde|cliente|klant|клиент|klient|kund|asiakas|musteri|顧客|客户|고객|عميل",
        "lost": "lost|closed lost|unqualified|disqualified|not qualified|junk|junk lead|lost lead|dead|bad timing|not interested|closed not converted|verloren|perdu|perdido|verloren lead|bad lead|closed",
        "former": "former|former client|churned|inactive|ex client|past client|ehemalig|ehemaliger kunde|ancien client|antiguo|former customer",
    }.items()
    for word in words.split("|")
}

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")


def plain(text: str) -> str:
    """A heading or word for comparing: lower case, no accents, single spaces instead of everything else."""
    text = _CAMEL.sub(" ", text)
    letters = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in letters).split())


def lifecycle_of(text: str) -> str:
    """The lifecycle that a word means, or ""."""
    return LIFECYCLE_WORDS.get(plain(text), "")
