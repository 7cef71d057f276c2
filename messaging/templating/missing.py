"""Before words go out: which fields would be empty, and for whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from messaging.templating.fields import BadWords, by_automation, parse, parse_html
from messaging.templating.rendering import Variant, read_shelves
from messaging.templating.values import Values, read_facts

TOGETHER = 2000


@dataclass(slots=True)
class Missing:
    """The contacts for whom a field without a fallback is empty. `from_data` are the fields that only an automation
    fills."""

    contacts: dict[str, list[int]] = field(default_factory=dict)
    from_data: list[str] = field(default_factory=list)

    @property
    def everybody(self) -> set[int]:
        """All contacts whose message could not be written."""
        return {pk for ids in self.contacts.values() for pk in ids}

    def sentence(self) -> str:
        """For people, before they send."""
        said = [
            f"{{{{ {name} }}}} is empty for {len(ids)} contact{'' if len(ids) == 1 else 's'}"
            for name, ids in self.contacts.items()
        ]
        said += [f"{{{{ {name} }}}} is filled by an automation only" for name in self.from_data]
        return f"{'; '.join(said)}. Without a word after | they get nothing." if said else ""


def required_in(*texts: str) -> list[str]:
    """The fields without a fallback in plain words, each once. Words that are no template require nothing."""
    found: list[str] = []
    for text in texts:
        try:
            found += parse(text).required
        except BadWords:
            continue
    return list(dict.fromkeys(found))


def required_of(variant: Variant) -> list[str]:
    """The fields without a fallback in all parts of a template's words."""
    html = parse_html(variant.html).required if variant.html else []
    return list(dict.fromkeys([*required_in(variant.subject, variant.text), *html]))


def missing_fields(text: str, values: Values) -> list[str]:
    """The fields of the words that would be empty with these values."""
    return [name for name in required_in(text) if not values.get(name)]


def missing_values(
    template_id: int, contact_ids: Sequence[int], *, author_id: int | None = None, now: datetime
) -> Missing:
    """What a template lacks for a set of contacts, each in their own language: a few queries per 2,000 of them."""
    shelf = read_shelves([template_id])[template_id]
    needed = {variant.language: required_of(variant) for variant in shelf.variants.values()}
    every = {name for names in needed.values() for name in names}
    found = Missing(from_data=sorted(name for name in every if by_automation(name)))
    if every - set(found.from_data):
        for start in range(0, len(contact_ids), TOGETHER):
            ids = contact_ids[start : start + TOGETHER]
            facts = read_facts(ids, [author_id] if author_id else [], now=now)
            for pk in ids:
                about = facts.contacts.get(pk)
                names = needed[shelf.variant(about.language if about else "").language]
                _note(found, pk, names, facts.values(pk, author_id, {}, way_out=lambda: "x"))
    return found


def _note(found: Missing, pk: int, names: Iterable[str], values: Values) -> None:
    for name in names:
        if not by_automation(name) and not values.get(name):
            found.contacts.setdefault(name, []).append(pk)
