"""Months, weekdays and the words around a date, in the languages that out-of-office notes are read in."""

from __future__ import annotations

from typing import Final

_MONTHS: Final = (
    "january jan januar januari janvier janv jänner janeiro enero ene gennaio gen styczeń stycznia sty января январь янв січня січень tammikuuta tammikuun leden ledna ocak oca يناير जनवरी januari janari enero",
    "february feb februar februari février fevrier févr fev fevereiro febrero febbraio luty lutego lut февраля февраль фев лютого лютий helmikuuta helmikuun únor února şubat şub فبراير फरवरी pebrero pebruari",
    "march mar märz maerz mrz mars maart mrt março marco marzo marzec marca марта март мар березня березень maaliskuuta maaliskuun březen března mart مارس मार्च maret marso",
    "april apr avril avr abril abr aprile kwiecień kwietnia kwi апреля апрель апр квітня квітень huhtikuuta huhtikuun duben dubna nisan nis أبريل ابريل अप्रैल",
    "may mai maj mei maio mayo maggio mag maja мая май травня травень toukokuuta toukokuun květen května mayıs مايو मई mayo",
    "june jun juni juin junho junio giugno giu czerwiec czerwca cze июня июнь июн червня червень kesäkuuta kesäkuun červen června haziran haz يونيو जून hunyo",
    "july jul juli juillet juil julho julio luglio lug lipiec lipca lip июля июль июл липня липень heinäkuuta heinäkuun červenec července temmuz tem يوليو जुलाई hulyo",
    "august aug augusti août aout augustus agosto ago sierpień sierpnia sie августа август авг серпня серпень elokuuta elokuun srpen srpna ağustos ağu أغسطس अगस्त agustus",
    "september sep sept septembre setembro set septiembre setiembre settembre wrzesień września wrz сентября сентябрь сен сент вересня вересень syyskuuta syyskuun září eylül eyl سبتمبر सितंबर setyembre",
    "october oct oktober okt octobre outubro out octubre ottobre ott październik października paź октября октябрь окт жовтня жовтень lokakuuta lokakuun říjen října ekim eki أكتوبر अक्टूबर oktubre",
    "november nov novembre novembro noviembre listopad listopada lis ноября ноябрь ноя marraskuuta marraskuun листопада листопад listopadu kasım kas نوفمبر नवंबर nobyembre",
    "december dec dezember dez décembre decembre déc dezembro diciembre dic dicembre grudzień grudnia gru декабря декабрь дек грудня грудень joulukuuta joulukuun prosinec prosince aralık ara ديسمبر दिसंबर desember des disyembre",
)
#: Every name of a month, in lower case, and its number.
MONTHS: Final[dict[str, int]] = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()} | {
    "листопада": 11,
    "listopada": 11,
}

_DAYS: Final = (
    "monday mon montag lundi lunes lunedì lunedi segunda maandag poniedziałek poniedziałku понедельник понеделок понеділок понеділка måndag mandag maanantaina maanantai pondělí pazartesi الاثنين सोमवार senin lunes 月曜 星期一 周一 월요일",
    "tuesday tue dienstag mardi martes martedì martedi terça dinsdag wtorek вторник вівторок tisdag tirsdag tiistaina tiistai úterý salı الثلاثاء मंगलवार selasa 火曜 星期二 周二 화요일",
    "wednesday wed mittwoch mercredi miércoles mercoledì mercoledi quarta woensdag środa środę среда среду середа середу onsdag keskiviikkona středa středu çarşamba الأربعاء बुधवार rabu 水曜 星期三 周三 수요일",
    "thursday thu donnerstag jeudi jueves giovedì giovedi quinta donderdag czwartek четверг четвер torsdag torstaina čtvrtek perşembe الخميس गुरुवार kamis 木曜 星期四 周四 목요일",
    "friday fri freitag vendredi viernes venerdì venerdi sexta vrijdag piątek пятница пятницу п'ятницю fredag perjantaina pátek cuma الجمعة शुक्रवार jumat 金曜 星期五 周五 금요일",
    "saturday sat samstag sonnabend samedi sábado sabado sabato zaterdag sobota sobotę суббота субботу субота lördag lørdag lauantaina sobotu cumartesi السبت शनिवार sabtu 土曜 星期六 周六 토요일",
    "sunday sun sonntag dimanche domingo domenica zondag niedziela niedzielę воскресенье неділя неділю söndag søndag sunnuntaina neděle neděli pazar الأحد रविवार minggu 日曜 星期日 周日 일요일",
)
#: Every name of a weekday and its number, Monday being 0.
WEEKDAYS: Final[dict[str, int]] = {word: number for number, words in enumerate(_DAYS) for word in words.split()}

#: Before (or, in some languages, after) the day on which somebody is back.
BACK: Final[tuple[str, ...]] = (
    "return", "returning", "back", "be back", "resume", "available again", "in the office again", "wieder", "zurück", "erreichbar ab",
    "de retour", "retour", "reprendrai", "volveré", "regreso", "vuelta", "regresaré", "reincorpor", "disponible a partir", "rientr", "torner", "ritorno",
    "di nuovo", "de volta", "retorno", "regresso", "voltarei", "retornarei", "regressarei", "terug", "weer", "wracam", "wrócę", "powrót", "ponownie", "dostępn", "вернусь", "возвращ", "выйду", "буду с", "повернусь",
    "повернення", "tillbaka", "åter", "tilbake", "tilbage", "retur", "palaan", "takaisin", "tavoitettavissa", "zpět", "vrátím", "dönece", "dönüş",
    "سأعود", "العودة", "वापस", "लौट", "trở lại", "quay lại", "kembali", "babalik", "makakabalik", "返回", "回来", "回來", "回到", "恢复", "戻", "出社", "再開", "복귀", "돌아", "출근",
)  # fmt: skip
#: Before the last day, or the day of return; writers do not agree which.
UNTIL: Final[tuple[str, ...]] = (
    "until", "till", "til", "through", "thru", "up to", "to", "bis", "jusqu'au", "jusqu’au", "jusqu'à", "au", "hasta", "al", "fino al", "fino a", "sino al", "até", "ate", "a", "ao",
    "tot", "tot en met", "t/m", "do", "do dnia", "до", "по", "till och med", "t.o.m", "tom", "til og med", "t.o.m.", "saakka", "asti", "až do", "kadar", "حتى", "إلى", "तक", "đến", "đến hết", "hingga", "sampai", "s/d", "hanggang", "至", "到", "直到", "まで", "까지",
    "–", "-", "—", "〜", "~",
)  # fmt: skip
#: With these the day named is the last one away.
INCLUSIVE: Final[tuple[str, ...]] = (
    "through", "thru", "inclusive", "einschl", "einschließlich", "inkl", "inclus", "incluido", "incluso", "compreso", "inclusief", "tot en met", "t/m",
    "włącznie", "включительно", "включно", "till och med", "t.o.m", "til og med", "včetně", "đến hết", "last day", "letzter tag", "and including",
)  # fmt: skip
TOMORROW: Final[tuple[str, ...]] = (
    "tomorrow", "morgen", "demain", "mañana", "domani", "amanhã", "jutro", "завтра", "imorgon", "i morgen", "huomenna", "zítra", "yarın", "غدا", "कल", "明天", "明日", "내일", "ngày mai", "besok", "bukas",
)  # fmt: skip
