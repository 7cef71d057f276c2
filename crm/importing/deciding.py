"""Which row makes a contact, which goes into one that is there, which is left: one rule for the dry run and the real one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm.importing.checking import Checked, Problem

Key = tuple[str, str]

_WORDS = {"id": "external id", "email": "e-mail", "phone": "phone"}


#: Where a row goes: ("id", a stored contact) or ("new", a place in `Decisions.new`).
Target = tuple[str, int]


@dataclass(slots=True)
class Decisions:
    """What becomes of a batch: new contacts, merges into stored ones, and how many rows went elsewhere."""

    new: list[Checked] = field(default_factory=list)
    into: list[tuple[Checked, int]] = field(default_factory=list)
    folded: int = 0
    skipped: int = 0
    problems: list[Problem] = field(default_factory=list)
    #: Keys that this batch brought, with the contact they now lead to: a dry run remembers them.
    brought: dict[Key, Target] = field(default_factory=dict)


def decide(
    rows: Iterable[Checked],
    *,
    on_duplicate: str,
    known: Mapping[Key, int],
    hidden: Collection[int] = (),
    keys: Mapping[int, list[Key]],
) -> Decisions:
    """Decide row by row, in their order.

    `known` maps the keys of stored contacts to their ids; `hidden` are the ids that the importer may not touch;
    `keys` holds each row's keys by its number.
    """
    made = Decisions()
    brought = made.brought
    for row in rows:
        mine = keys[row.row]
        if known.keys().isdisjoint(mine) and brought.keys().isdisjoint(mine):
            _add(made, row, mine)
            continue
        hits = {("id", known[key]) for key in mine if key in known} | {brought[key] for key in mine if key in brought}
        if on_duplicate == "skip":
            made.skipped += 1
        elif on_duplicate == "create":
            _add_another(made, row, mine, known)
        elif len(hits) > 1:
            made.problems.append(Problem(row.row, "", _conflict(mine, known, brought)))
        else:
            target = hits.pop()
            if target[0] == "id" and target[1] in hidden:
                made.problems.append(
                    Problem(row.row, "", "A colleague looks after this person already; ask them or a manager.")
                )
                continue
            if target[0] == "id":
                made.into.append((row, target[1]))
            else:
                fold(made.new[target[1]], row)
                made.folded += 1
            for key in mine:
                if key not in known:
                    brought[key] = target
    return made


def _add(made: Decisions, row: Checked, keys: list[Key]) -> None:
    target = ("new", len(made.new))
    for key in keys:
        made.brought[key] = target
    made.new.append(row)


def _add_another(made: Decisions, row: Checked, keys: list[Key], known: Mapping[Key, int]) -> None:
    """Another person with the same address; an external id belongs to one only."""
    ids = [key for key in keys if key[0] == "id"]
    if any(key in known or key in made.brought for key in ids):
        made.problems.append(
            Problem(row.row, "", f"There is a contact with the external id {ids[0][1][:100]} already.")
        )
    else:
        row.values["shares_address"] = True
        row.line = ""
        _add(made, row, ids)


def _conflict(mine: list[Key], known: Mapping[Key, int], brought: Mapping[Key, Target]) -> str:
    named = [
        f"{_WORDS[kind]} {value[:80]}" for kind, value in mine if (kind, value) in known or (kind, value) in brought
    ]
    return f"It is not clear who this is: {' and '.join(named)} belong to different contacts."


def fold(into: Checked, row: Checked) -> None:
    """Put what a later row of the same file says over an earlier one; a second address is added, not lost."""
    into.line = ""
    into.values = merged_values(into.values, row.values)
    into.custom |= row.custom
    into.opt_outs = tuple(dict.fromkeys((*into.opt_outs, *row.opt_outs)))
    into.tags = tuple(dict.fromkeys((*into.tags, *row.tags)))


def merged_values(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What a contact is after a file's values went into it: filled cells win, an address is added beside the one
    there, an external id stays, and nobody goes back to being a new lead."""
    values = dict(old)
    for name, value in new.items():
        if name in ("email", "phone", "other_emails", "other_phones"):
            continue
        if name == "external_id" and old.get(name):
            continue
        if name == "lifecycle" and value == "new":
            continue
        values[name] = value
    for main, others in (("email", "other_emails"), ("phone", "other_phones")):
        arriving = [new[main]] if new.get(main) else []
        arriving += new.get(others) or []
        if arriving:
            first = old.get(main) or arriving[0]
            every = dict.fromkeys([first, *(old.get(others) or ()), *arriving])
            values[main] = first
            rest = [one for one in every if one != first]
            if rest or old.get(others):
                values[others] = rest
    return values
