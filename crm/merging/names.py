"""Names made comparable: folded, split into words, nicknames taken for the name. No Django; used by millions."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

#: Letters that do not decompose, as the database's crm_plain writes them (migration crm 0002).
_LETTERS = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "ı": "i", "ħ": "h", "ß": "ss", "æ": "ae", "œ": "oe"})
_MARKS = re.compile("[\u0300-\u036f]")
_APART = re.compile(r"[^\w]+|_")
#: "Mueller" is how "Müller" is written without the dots; folded alike they compare alike.
_UMLAUTS = re.compile("(?<=[bcdfghjklmnprstvwz])([aou])e(?=[bcdfghjklmnprstvwz])")

#: Short forms that share too little with their name to be found by their letters. Only such as are used for one name.
_NICKNAMES = {
    short: name
    for name, shorts in {
        "alexander": "alex sasha xander",
        "andrew": "andy drew",
        "anthony": "tony",
        "antonio": "toni tonio",
        "beatriz": "bia",
        "benjamin": "ben benny",
        "catherine": "cathy kate katie",
        "charles": "charlie chuck",
        "christopher": "chris kit",
        "daniel": "dan danny",
        "david": "dave",
        "edward": "ed eddie ted",
        "elizabeth": "liz lizzie beth betty eliza",
        "eugene": "gene",
        "francisco": "paco pancho chico",
        "frederick": "fred freddy",
        "guillermo": "memo",
        "henry": "harry hank",
        "ignacio": "nacho",
        "james": "jim jimmy jamie",
        "jennifer": "jen jenny",
        "jose": "pepe",
        "joseph": "joe joey",
        "johannes": "hannes",
        "john": "jack johnny",
        "jonathan": "jon",
        "katharina": "kathi",
        "kenneth": "ken kenny",
        "margaret": "maggie peggy meg",
        "matthew": "matt",
        "michael": "mike mick mickey",
        "nicholas": "nick",
        "patricia": "pat patty trish",
        "peter": "pete",
        "richard": "rick dick richie",
        "robert": "bob bobby rob robbie",
        "samuel": "sam sammy",
        "stephen": "steve",
        "susan": "sue susie",
        "thomas": "tom tommy",
        "timothy": "tim",
        "victoria": "vicky",
        "vladimir": "vova volodya",
        "walter": "walt",
        "william": "bill billy will willie",
    }.items()
    for short in shorts.split()
}

#: Words before and after a name that are none of it.
_TITLES = frozenset("mr mrs ms miss dr prof sir dame herr frau sr sra srta mme mlle jr".split())


@lru_cache(maxsize=50_000)
def plain(text: str) -> str:
    """Lower case, without accents: what the database's `crm_plain` makes of it."""
    if text.isascii():
        return text.lower()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text).lower()).translate(_LETTERS)


@lru_cache(maxsize=50_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, plain, without titles; "O'Brien" is one word."""
    said = plain(text.replace("'", "").replace("’", ""))
    return tuple(word for word in _APART.split(said[:200]) if word and word not in _TITLES)


@lru_cache(maxsize=50_000)
def whole(word: str) -> str:
    """The name that a short form stands for, folded so that "mueller" is "muller"."""
    return _UMLAUTS.sub(r"\1", _NICKNAMES.get(word, word))


_SOUNDS = str.maketrans(
    {"c": "k", "q": "k", "g": "k", "j": "k", "x": "k", "z": "s", "v": "f", "w": "f", "d": "t", "b": "p"}
)
_MUTE = re.compile("[aeiouyh]+")
_TWICE = re.compile(r"(.)\1+")


@lru_cache(maxsize=50_000)
def sound(word: str) -> str:
    """How a word sounds, roughly: consonants that are confused are one, vowels count only at the beginning."""
    if not word or word[0].isdigit():
        return word
    heard = word.replace("ph", "f").replace("sch", "s").replace("sh", "s").replace("ch", "k").replace("th", "t")
    heard = heard.translate(_SOUNDS)
    return _TWICE.sub(r"\1", ("a" if heard[0] in "aeiouy" else heard[0]) + _MUTE.sub("", heard[1:]))
