"""The few words under a contact's mail, in their language where we have it."""

from __future__ import annotations

from typing import NamedTuple


class FooterWords(NamedTuple):
    """What the two links are called."""

    leave: str
    choose: str


ENGLISH = FooterWords("Unsubscribe", "Choose what you receive")
_WORDS = {
    "en": ENGLISH,
    "de": FooterWords("Abmelden", "Auswählen, was Sie erhalten"),
    "es": FooterWords("Darse de baja", "Elegir qué recibir"),
    "fr": FooterWords("Se désabonner", "Choisir ce que vous recevez"),
    "it": FooterWords("Annulla l’iscrizione", "Scegli che cosa ricevere"),
    "nl": FooterWords("Afmelden", "Kies wat u ontvangt"),
    "pl": FooterWords("Wypisz się", "Wybierz, co chcesz otrzymywać"),
    "pt": FooterWords("Cancelar a inscrição", "Escolher o que receber"),
    "ru": FooterWords("Отписаться", "Выбрать, что получать"),
    "tr": FooterWords("Abonelikten çık", "Ne alacağınızı seçin"),
}


def footer_words(language: str) -> FooterWords:
    """The words for a BCP 47 tag; English where we have none."""
    return _WORDS.get(language.replace("_", "-").partition("-")[0].lower(), ENGLISH)
