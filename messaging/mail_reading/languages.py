"""Which language a text is in: by its script, else by its commonest words. Small, and silent where unsure."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

_MAX_TEXT = 4000

#: Words that are frequent in one language and rare in the others.
_COMMON: Final[dict[str, str]] = {
    "en": "the and you for this that with have are please thanks thank your not will from would can me my is it to of be we on if out office stop unsubscribe i'm don't hello dear",
    "de": "und der die das ich nicht sie ist mit für auf bitte danke ein eine wir zu den dem von im bin ihre mich mir auch wenn oder vielen grüße noch",
    "fr": "le les des et vous je est pour pas une dans que sur avec merci votre mon nous suis au bonjour du ne cordialement plus jusqu ce",
    "es": "el los las que y en por para con una no es su gracias usted me mi se del estoy hasta hola saludos correo más pero como",
    "it": "il gli che di e per non una con sono grazie mi della del la più questo ho le buongiorno saluti cordiali ma anche nel fino",
    "pt": "o os que de e não para com uma em por obrigado obrigada seu sua estou até você mais do da ao meu olá cumprimentos são mas",
    "nl": "de het een en ik niet van voor met is op dat bedankt u uw mijn zijn te ben graag aan groeten groet naar maar ook wij",
    "pl": "i w nie na się z do jest że dziękuję proszę dla mnie pozdrawiam jestem o za jak to przez będę państwo od ale",
    "sv": "och att det jag är inte på för en som med tack till av har vi hälsningar mig den om hej du ditt från men",
    "da": "og at det jeg er ikke på for en som med tak til af har vi hilsen mig den om hej du dit fra men venlig venlige",
    "no": "og å det jeg er ikke på for en som med takk til av har vi hilsen meg den om hei du ditt fra men vennlig ikke",
    "fi": "ja on ei että en ole se kiitos olen terveisin mutta voi kun niin minä hei tämä jos sinun olette myös viesti",
    "cs": "a je se na že v to prosím děkuji s pozdravem jsem pro nebo do za ale jak by už není mě zpráva dobrý den",
    "tr": "ve bir bu için ile değil teşekkürler teşekkür ederim lütfen ben çok da de ne var olarak saygılarımla kadar merhaba",
    "vi": "và của tôi là không cho bạn với có này cảm ơn được trong đã xin anh chị đến các",
    "id": "dan yang saya tidak untuk dengan ini di anda terima kasih akan ke dari itu kami mohon ada bisa sudah atau",
    "tl": "ang ng sa mga ako ko na hindi po salamat ito para ay ikaw naman lang kayo akong may wala",
    "hu": "és a az nem hogy köszönöm is egy van én kérem üdvözlettel meg de vagyok",
    "ro": "și nu este pentru cu mulțumesc vă să care din sunt la mai o în pe",
}
_SCRIPTS: Final = (
    ("ja", r"[\u3040-\u30ff]"),
    ("ko", r"[\uac00-\ud7af]"),
    ("zh", r"[\u4e00-\u9fff]"),
    ("ar", r"[\u0600-\u06ff]"),
    ("he", r"[\u0590-\u05ff]"),
    ("hi", r"[\u0900-\u097f]"),
    ("th", r"[\u0e00-\u0e7f]"),
    ("el", r"[\u0370-\u03ff]"),
)


@cache
def _words() -> dict[str, list[tuple[str, float]]]:
    sets = {language: set(words.split()) for language, words in _COMMON.items()}
    counts: dict[str, int] = {}
    for words in sets.values():
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    found: dict[str, list[tuple[str, float]]] = {}
    for language, words in sets.items():
        for word in words:
            found.setdefault(word, []).append((language, 1 / counts[word]))
    return found


def language_of(text: str, subject: str = "") -> str:
    """Return the text's language (ISO 639-1), or nothing if it is too short to tell."""
    text = text[:_MAX_TEXT] if text.strip() else subject
    letters = len(re.findall(r"[^\W\d_]", text))
    if not letters:
        return ""
    for language, script in _SCRIPTS:
        if len(re.findall(script, text)) * 5 > letters:
            return language
    if len(re.findall(r"[\u0400-\u04ff]", text)) * 3 > letters:
        if re.search(r"[іїєґІЇЄҐ]", text):
            return "uk"
        return "bg" if re.search(r"\b(?:съм|благодаря|моля|няма)\b", text.lower()) else "ru"
    scores: dict[str, float] = {}
    words = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.lower().replace("’", "'"))[:600]
    for word in words:
        for language, weight in _words().get(word, ()):
            scores[language] = scores.get(language, 0) + weight
    if not scores:
        return ""
    ranked = sorted(scores.items(), key=lambda one: -one[1])
    best, score = ranked[0]
    second = ranked[1][1] if len(ranked) > 1 else 0
    return best if score >= 0.5 and score > second * 1.1 else ""
