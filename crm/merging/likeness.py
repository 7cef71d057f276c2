"""How alike two contacts are, from 0 to 100, and why: plain functions of plain data, told everything.

The points were set by trying: `bench/duplicates.py` plants pairs of which the truth is known and says how many are found
and how many of those offered are right.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from crm.merging.names import plain, sound, whole, words_of

#: From here on a pair is offered.
OFFERED = 70

#: Addresses that whoever has the job has.
_ROLES = frozenset(
    "info contact office sales hello mail admin support team service accounts billing hr jobs kontakt".split()
)
#: Providers at which anybody has an address: that two have one there means nothing.
PUBLIC = frozenset(
    "gmail.com googlemail.com yahoo.com hotmail.com outlook.com live.com icloud.com gmx.de gmx.net web.de aol.com "
    "proton.me protonmail.com mail.ru yandex.ru qq.com 163.com naver.com rediffmail.com msn.com me.com".split()
)
_GOOGLE = frozenset({"gmail.com", "googlemail.com"})


@dataclass(frozen=True, slots=True)
class Known:
    """A contact as it is compared. `shares`: somebody said that others have the same address."""

    id: int
    names: tuple[str, ...]
    organisation: str = ""
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    external_id: str = ""
    city: str = ""
    country: str = ""
    shares: bool = False
    #: Worked out of the above.
    inboxes: frozenset[str] = frozenset()
    locals: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()
    tails: frozenset[str] = frozenset()


@dataclass(slots=True)
class Likeness:
    points: int = 0
    reasons: list[str] = field(default_factory=list)


def known(
    id: int,
    first_name: str = "",
    last_name: str = "",
    organisation: str = "",
    emails: Collection[str] = (),
    phones: Collection[str] = (),
    external_id: str = "",
    city: str = "",
    country: str = "",
    shares: bool = False,
) -> Known:
    """Make a contact comparable; addresses must be normalised already."""
    names = words_of(first_name) + words_of(last_name)
    inboxes, local_parts, domains = set(), set(), set()
    for email in emails:
        inbox, local, domain = _inbox(email)
        inboxes.add(inbox)
        if len(local) >= 5 and local not in _ROLES:
            local_parts.add(local)
        if domain and domain not in PUBLIC:
            domains.add(domain)
    return Known(
        id,
        names or words_of(organisation),
        " ".join(words_of(organisation)) if names and organisation else "",
        frozenset(emails),
        frozenset(phones),
        external_id,
        plain(city) if city else "",
        country,
        shares,
        frozenset(inboxes),
        frozenset(local_parts),
        frozenset(domains),
        frozenset(phone[-8:] for phone in phones if len(phone) >= 10),
    )


def _inbox(email: str) -> tuple[str, str, str]:
    """Where mail ends up, and its parts: what follows a plus is a label, and Google sees no dots."""
    local, _, domain = email.partition("@")
    local = local.partition("+")[0] or local
    if domain in _GOOGLE:
        local, domain = local.replace(".", ""), "gmail.com"
    return f"{local}@{domain}", local.replace(".", "").replace("_", "").replace("-", ""), domain


def likeness(one: Known, other: Known, *, namesakes: int = 10, least: int = 0) -> Likeness:
    """Compare two contacts. `namesakes`: how many share the last name and first letter; few make a name telling.

    Below `least` the answer may be nothing at all, which saves comparing the names.
    """
    found = Likeness()
    telling = not (one.shares or other.shares)
    address = _address(one, other, found) if telling else 0
    beside = _beside(one, other, found)
    rare = 10 if namesakes <= 3 else 0
    if not address and 62 + beside + rare < least:
        return Likeness()
    alike = name_likeness(one.names, other.names)
    _say_names(alike, found)
    if address:
        found.points = _with_address(address, alike, beside)
    elif alike is not None and alike >= 70:
        full = min(len(one.names), len(other.names)) >= 2
        found.points = round((62 if full else 45) * (alike / 100) ** 2) + beside + (rare if full and alike >= 90 else 0)
        if namesakes > 20:
            found.points -= 6
    found.points = max(0, min(100, found.points))
    return found


def _address(one: Known, other: Known, found: Likeness) -> int:
    """What the same address tells, 0 where there is none."""
    points = []
    if one.external_id and one.external_id == other.external_id:
        found.reasons.append("Same external id")
        points.append(97)
    if same := one.emails & other.emails:
        found.reasons.append(f"Same e-mail {min(same)}")
        points.append(90)
    elif one.inboxes & other.inboxes:
        found.reasons.append("E-mails that end up in one inbox")
        points.append(86)
    if same := one.phones & other.phones:
        found.reasons.append(f"Same phone {min(same)}")
        points.append(86)
    return min(97, max(points) + 6 * (len(points) - 1)) if points else 0


def _with_address(address: int, alike: int | None, beside: int) -> int:
    """An address that two have in common, weighed with their names: a family shares one, too."""
    if alike is None:
        return address - 3
    if alike >= 85:
        return address + (7 if alike >= 95 else 4)
    if alike >= 60:
        return address - 8
    return address - (14 if address >= 92 else 26) + min(4, beside)


def _beside(one: Known, other: Known, found: Likeness) -> int:
    """What speaks for and against beside name and address."""
    points = 0
    if one.locals & other.locals and not one.inboxes & other.inboxes:
        found.reasons.append("The same e-mail name elsewhere")
        points += 18
    elif one.emails and other.emails and not one.emails & other.emails:
        points -= 4
    if one.tails & other.tails and not one.phones & other.phones:
        found.reasons.append("Phones that end alike")
        points += 14
    elif one.phones and other.phones and not one.phones & other.phones:
        points -= 6
    points += _organisations(one, other, found)
    if one.city and one.city == other.city:
        found.reasons.append("Same city")
        points += 10
    elif one.country and one.country == other.country:
        points += 4
    if one.city and other.city and one.city != other.city:
        points -= 4
    if one.country and other.country and one.country != other.country:
        found.reasons.append("Different countries")
        points -= 12
    return points


def _organisations(one: Known, other: Known, found: Likeness) -> int:
    if one.organisation and other.organisation:
        if one.organisation == other.organisation:
            found.reasons.append("Same organisation")
            return 20
        if ratio(one.organisation, other.organisation) >= 85:
            found.reasons.append("Nearly the same organisation")
            return 14
        return -6
    return 6 if one.domains & other.domains else 0


def _say_names(alike: int | None, found: Likeness) -> None:
    words = "" if alike is None else next((said for least, said in _SAID if alike >= least), "Different names")
    if words:
        found.reasons.insert(0, words)


_SAID = ((97, "Same name"), (85, "Nearly the same name"), (70, "Similar names"))


@lru_cache(maxsize=100_000)
def name_likeness(one: tuple[str, ...], other: tuple[str, ...]) -> int | None:
    """How alike two names are, from 0 to 100, in whatever order their words stand; None where one has none.

    Every word of the shorter must have its like in the longer. An initial fits what begins with it; a number fits only
    itself.
    """
    if not one or not other:
        return None
    short, long = sorted((one, other), key=lambda words: (len(words), words))
    if sorted(short) == sorted(long):
        return 100
    rest = list(long)
    total = 0.0
    weight = 0
    for word in sorted(short, key=lambda said: (-len(said), said)):
        best, fit = max(((_word(word, theirs), theirs) for theirs in rest), default=(0.0, ""))
        if best < 60:
            return min(55, round(best * 0.7))
        rest.remove(fit)
        size = max(2, len(word))
        total += best * size
        weight += size
    missing = min(12, 4 * len(rest))
    if len(short) == 1 and rest:
        missing = 22  # a first name alone says little
    return max(0, round(total / weight) - missing)


def _word(one: str, other: str) -> float:
    if one == other:
        return 100
    if one.isdigit() or other.isdigit():
        return 0
    if len(one) == 1 or len(other) == 1:
        return 82 if one[0] == other[0] else 0
    ours, theirs = whole(one), whole(other)
    if ours == theirs:
        return 96
    near: float = OSA.normalized_similarity(ours, theirs) * 100
    if near >= 60 and sound(ours) == sound(theirs):
        return max(near, 88)
    shorter = min(len(ours), len(theirs))
    if shorter >= 3 and (ours.startswith(theirs) or theirs.startswith(ours)):
        return max(near, 80)
    # One slip in a short name makes another name: Anna and Hanna, Mara and Maria.
    return near if near >= (75 if shorter >= 6 else 85) else near * 0.7


def digest(one: Known, other: Known) -> str:
    """What was compared, in short: a pair that somebody dismissed comes back only when this changes."""
    said = [
        (who.names, who.organisation, sorted(who.emails), sorted(who.phones), who.external_id, who.city, who.country)
        for who in sorted((one, other), key=lambda who: who.id)
    ]
    return hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()


def keys_of(who: Known) -> Sequence[str]:
    """The words under which likes are looked for; those that share none are never compared."""
    keys = [f"e:{inbox}"[:100] for inbox in who.inboxes]
    keys += [f"p:{phone}" for phone in who.phones]
    keys += [f"l:{local}"[:100] for local in who.locals]
    keys += [f"t:{tail}" for tail in who.tails]
    if who.names:
        first, last = whole(who.names[0]), whole(who.names[-1])
        if len(who.names) == 1:
            keys.append(f"w:{first[:40]}")
        else:
            keys.append(f"n:{last[:40]}|{first[0]}")
            keys.append("s:" + "|".join(sorted((sound(first)[:40], sound(last)[:40]))))
            keys.append(f"q:{last[:4]}|{first[:4]}")
    return list(dict.fromkeys(keys))
