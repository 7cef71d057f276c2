"""Made-up people of whom some are stored twice, so that it is known who is who: what finding duplicates is judged by."""

from __future__ import annotations

import random
import unicodedata
from dataclasses import dataclass, field, replace

_SYLLABLES = (
    "ka mo ri sa lu ten bar vel dor nis pe ga lin fa her zo tur wen il cas bru mi ja ro de nor sta pul és ão ü".split()
)
_FIRST = (
    "Maria Ahmed Linh Priya Jonas Elena David Sofia Hassan Noor Tomás Ida Samuel Ana Wei Fátima Olga Pedro Yuki Amina "
    "Robert William Elizabeth Michael Katharina José Jürgen Søren Łukasz Zoë Chloé Björn Thomas Daniel Anthony Patricia"
).split()
_NICK = {
    "Robert": "Bob",
    "William": "Bill",
    "Elizabeth": "Liz",
    "Michael": "Mike",
    "Samuel": "Sam",
    "José": "Pepe",
    "Thomas": "Tom",
    "Daniel": "Dan",
    "Anthony": "Tony",
}
_DOMAINS = "gmail.com outlook.com yahoo.com gmx.de proton.me icloud.com".split()


@dataclass(slots=True)
class Person:
    """Values as they are stored; `who` is the truth."""

    who: int
    first_name: str
    last_name: str
    organisation: str = ""
    email: str = ""
    other_emails: list[str] = field(default_factory=list)
    phone: str = ""
    other_phones: list[str] = field(default_factory=list)
    city: str = ""
    country: str = ""


def people(count: int, *, seed: int = 7) -> list[Person]:
    """`count` records, of which one in eleven is somebody who is there already, written differently."""
    dice = random.Random(seed)
    lasts = ["".join(dice.choice(_SYLLABLES) for _ in range(dice.randrange(2, 4))).capitalize() for _ in range(9_000)]
    firsts = _FIRST + ["".join(dice.choice(_SYLLABLES) for _ in range(2)).capitalize() for _ in range(500)]
    made = []
    for number in range(count * 10 // 11):
        first = _zipf(dice, firsts)
        last = _zipf(dice, lasts)
        name = _ascii(f"{first}.{last}{number if dice.random() < 0.5 else dice.randrange(99)}").lower()
        made.append(
            Person(
                number,
                first,
                last,
                organisation=f"Company {_ascii(_zipf(dice, lasts))}" if dice.random() < 0.5 else "",
                email=f"{name}.{number}@{dice.choice(_DOMAINS)}" if dice.random() < 0.8 else "",
                phone=f"+4917{number:08d}" if dice.random() < 0.7 else "",
                city=f"City {dice.randrange(300)}" if dice.random() < 0.6 else "",
                country=dice.choice(["DE", "PT", "FR", ""]),
            )
        )
    again = [_again(dice, one) for one in dice.sample(made, count - len(made))]
    both = made + again
    dice.shuffle(both)
    return both


def _zipf(dice: random.Random, many: list[str]) -> str:
    """Few names are borne by many."""
    return many[int(len(many) * dice.random() ** 2.2)]


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("Ł", "L").replace("ł", "l"))
    return plain.encode("ascii", "ignore").decode()


def _again(dice: random.Random, one: Person) -> Person:
    """The same person as somebody else would have typed them."""
    twin = replace(one, email="", other_emails=[], phone="", other_phones=[])
    twin.first_name, twin.last_name = _renamed(dice, one)
    twin.organisation = one.organisation if dice.random() < 0.6 else ""
    twin.city = one.city if dice.random() < 0.6 else ""
    link = dice.random()
    if link < 0.35 and one.phone:
        twin.other_phones = [one.phone]
    elif link < 0.6 and one.email:
        twin.other_emails = [one.email]
    elif link < 0.7 and one.email.endswith("@gmail.com"):
        twin.email = one.email.replace(".", "", 1).replace("@", "+crm@")
    elif link < 0.85 and one.email:
        twin.email = one.email.rpartition("@")[0] + "@" + dice.choice(["work.example", "firma.example"])
    else:
        twin.phone = f"+4930{one.who:08d}" if dice.random() < 0.5 else ""
    return twin


def _renamed(dice: random.Random, one: Person) -> tuple[str, str]:
    first, last = one.first_name, one.last_name
    way = dice.random()
    if way < 0.35:
        return first, last
    if way < 0.43:
        return last, first
    if way < 0.55:
        return _ascii(first), _ascii(last)
    if way < 0.70:
        return first, _slip(dice, last)
    if way < 0.77:
        return _NICK.get(first, first), last
    if way < 0.87:
        return first[0] + ".", last
    if way < 0.95:
        return f"{first} {dice.choice(_FIRST)}", last
    return first, ""


def _slip(dice: random.Random, word: str) -> str:
    at = dice.randrange(1, max(2, len(word) - 1))
    return dice.choice([word[:at] + word[at + 1 :], word[:at] + word[at] + word[at:], word[:at] + "e" + word[at + 1 :]])
