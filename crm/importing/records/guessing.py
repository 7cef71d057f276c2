"""Guessing what the columns of a file of records mean, and which words in them mean what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm.custom_values import date_style
from crm.importing.guessing import columns_of, find_empty_words
from crm.importing.records.kinds import RecordKind
from crm.importing.words import plain

#: Most different words of one column that are mapped one by one.
MOST_WORDS = 100
#: Of how long a word that is mapped may be.
LONGEST_WORD = 120


def guess_targets(kind: RecordKind, headings: Sequence[str]) -> dict[str, str]:
    """A target for every heading, "" for none; each target goes to the heading that means it most plainly."""
    rank = {words: (place, target.name) for target in kind.targets for place, words in enumerate(target.headings)}
    wanted = sorted((rank[plain(heading)], heading) for heading in reversed(headings) if plain(heading) in rank)
    mapping = dict.fromkeys(headings, "")
    taken: set[str] = set()
    for (_, target), heading in wanted:
        if target not in taken:
            taken.add(target)
            mapping[heading] = target
    return mapping


def understood(kind: RecordKind, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, Any]:
    """The mapping and the options of an import of these rows."""
    mapping = guess_targets(kind, headings)
    columns = {heading: _values(rows, place) for place, heading in enumerate(headings)}
    words = {
        target: dict(guess(_words(columns[heading])))
        for heading, target in mapping.items()
        if (guess := kind.words.get(target)) is not None
    }
    return {
        "mapping": mapping,
        "options": {
            "headings": list(headings),
            "empty_words": find_empty_words(columns_of(rows)),
            "date_styles": {heading: date_style(values[:200]) for heading, values in columns.items() if values},
            "guesses": {
                heading: {
                    "why": "By its heading" if mapping[heading] else "Not needed here",
                    "samples": [one[:80].replace("\0", "") for one in list(dict.fromkeys(values))[:3]],
                }
                for heading, values in columns.items()
            },
            "words": words,
            "neutralised": bool(kind.own_sign) and kind.own_sign in headings,
        },
    }


def _values(rows: Sequence[Sequence[str]], place: int) -> list[str]:
    return [cell for row in rows if place < len(row) and (cell := row[place].strip())]


def _words(values: Sequence[str]) -> list[str]:
    return [word for word in dict.fromkeys(values) if len(word) <= LONGEST_WORD and "\0" not in word][:MOST_WORDS]
