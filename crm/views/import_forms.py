"""What the page of an import's columns shows and what it sends back, for contacts and for every other kind of record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from crm.access import custom_fields_for
from crm.importing.checking import TARGETS
from crm.importing.records.kinds import RecordKind, kinds
from crm.models import ImportBatch, User
from crm.models.custom_field import FieldKind
from crm.models.import_batch import OnDuplicate


def sent_mapping(batch: ImportBatch, post: QueryDict) -> dict[str, str]:
    """What the form says of each column; the stored mapping where what was checked is now imported."""
    if post.get("as_checked"):
        return dict(batch.mapping)
    return {heading: post.get(f"column-{place}", "")[:100] for place, heading in enumerate(batch.options["headings"])}


def sent_options(batch: ImportBatch, post: QueryDict) -> dict[str, Any]:
    """The other answers of the form, as options of the import."""
    if post.get("as_checked"):
        return {}
    options: dict[str, Any] = {
        "empty_words": _words(post.get("empty_words", "")),
        "country": post.get("country", "")[:2],
    }
    kind = kinds().get(batch.kind)
    if kind is None:
        return options
    options |= {ask.name: ask.clean(post.get(ask.name, "").replace("\0", "")[:200]) for ask in kind.asks}
    options["words"] = {
        target: {
            word: _one_of(kind, target, post.get(f"word-{target}-{place}", "")) for place, word in enumerate(words)
        }
        for target, words in batch.options.get("words", {}).items()
    }
    return options


def sent_treatment(batch: ImportBatch, post: QueryDict) -> str:
    """How duplicates are treated."""
    treatment = batch.on_duplicate if post.get("as_checked") else post.get("on_duplicate", "")
    return treatment if treatment in OnDuplicate.values else OnDuplicate.MERGE


def _one_of(kind: RecordKind, target: str, answer: str) -> str:
    return answer if answer in {value for value, _ in kind.word_choices[target]()} else ""


def _words(text: str) -> list[str]:
    return [word for word in (one.strip() for one in text.replace("\0", "").split(";")) if word][:100]


def columns_shown(batch: ImportBatch, chosen: Mapping[str, str]) -> list[dict[str, object]]:
    """The columns with what each becomes, what stands in it, and why."""
    guesses = batch.options.get("guesses", {})
    return [
        {
            "place": place,
            "heading": heading,
            "target": chosen.get(heading, ""),
            **guesses.get(heading, {"why": "", "samples": []}),
        }
        for place, heading in enumerate(batch.options["headings"])
    ]


def targets_of(batch: ImportBatch, user: User) -> list[tuple[str, str]]:
    """What a column can become, with its words."""
    kind = kinds().get(batch.kind)
    if kind is not None:
        return [("", "Leave out"), *((target.name, target.label) for target in kind.targets)]
    own = [(f"custom:{one.slug}", one.label) for one in custom_fields_for(user)]
    new = [(f"new:{name}", f"New field: {label.lower()}") for name, label in FieldKind.choices]
    return [("", "Leave out"), *TARGETS.items(), *own, *new]


def words_shown(batch: ImportBatch) -> list[dict[str, object]]:
    """Words of the file that are mapped one by one, such as its stages."""
    kind = kinds().get(batch.kind)
    if kind is None:
        return []
    labels = {target.name: target.label for target in kind.targets}
    return [
        {
            "target": target,
            "label": labels[target],
            "words": list(words.items()),
            "choices": kind.word_choices[target](),
        }
        for target, words in batch.options.get("words", {}).items()
        if words
    ]


def asks_unanswered(batch: ImportBatch, mapping: Mapping[str, str], post: QueryDict) -> dict[str, str]:
    """What the kind asks and this mapping cannot do without: name -> sentence."""
    kind = kinds().get(batch.kind)
    if kind is None or post.get("as_checked"):
        return {}
    options, targets = sent_options(batch, post), set(mapping.values())
    said = {ask.name: ask.missing(targets, options[ask.name]) for ask in kind.asks if ask.missing}
    return {name: sentence for name, sentence in said.items() if sentence}


def asks_shown(batch: ImportBatch, post: QueryDict, wrong: Mapping[str, str]) -> list[dict[str, object]]:
    """What else the kind asks, with what was typed."""
    kind = kinds().get(batch.kind)
    return [
        {
            "name": ask.name,
            "label": ask.label,
            "help": ask.help,
            "choices": ask.choices() if ask.choices else None,
            "placeholder": ask.placeholder,
            "value": post.get(ask.name, batch.options.get(ask.name, "")),
            "error": wrong.get(ask.name, ""),
        }
        for ask in (kind.asks if kind else ())
    ]


def treatments(batch: ImportBatch) -> list[tuple[str, str]]:
    """What can be done with somebody, or something, that is here already."""
    if batch.kind not in kinds():
        return list(OnDuplicate.choices)
    return [(OnDuplicate.MERGE, "Change it to what the file says"), (OnDuplicate.SKIP, "Leave it as it is")]
