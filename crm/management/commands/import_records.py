"""Bring deals, products, colleagues or follow-ups in from a CSV or XLSX file, in this process."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.importing.by_command import add_arguments, finish, forget, pairs_of, queue, taken_in
from crm.importing.plan import BadMapping
from crm.importing.records.kinds import RecordKind, kinds
from crm.importing.records.mapping import check_targets
from crm.importing.records.people import TEAMS_BY, clean_domain

WORDS = "{rows:,} rows: {created:,} {verb}created, {merged:,} changed, {skipped:,} here already, {refused:,} refused."


class Command(BaseCommand):
    help = "Import records. Exits 1 when a row could not be stored; the others are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=sorted(kinds()))
        add_arguments(parser)
        parser.add_argument(
            "--map", nargs="+", action="extend", default=[], metavar="COLUMN=FIELD", help="what a column is"
        )
        parser.add_argument(
            "--word",
            nargs="+",
            action="extend",
            default=[],
            metavar="WORD=MEANING",
            help="what a word of the file means, such as a stage of deals: Engaging=Qualified, or Engaging=Sales: New",
        )
        parser.add_argument(
            "--domain", default="", help="make addresses like first.last@DOMAIN for colleagues without one"
        )
        parser.add_argument("--teams-by", choices=[*TEAMS_BY, "nothing"], default="", help="what teams are made of")
        parser.add_argument("--zone", default="", help="the time zone of times without one")

    def handle(self, *, kind: str, file: Path, **options: Any) -> None:
        if options["domain"] and not clean_domain(options["domain"]):
            raise CommandError(f"“{options['domain']}” is not a domain.")
        chosen = kinds()[kind]
        batch = taken_in(file, options, kind=kind)
        try:
            mapping = _mapped(batch.mapping, pairs_of(batch, options["map"]))
            check_targets(chosen, mapping)
            words = _words(chosen, batch.options["words"], options["word"])
        except BadMapping as problem:
            forget(batch)
            raise CommandError(str(problem)) from problem
        own = {name: options[name] for name in ("domain", "teams_by", "zone")}
        queue(batch, mapping, options, words=words, **own)
        finish(batch, options, WORDS, self, tell=True)


def _mapped(mapping: dict[str, str], pairs: list[tuple[str, str]]) -> dict[str, str]:
    for column, target in pairs:
        # A target given by hand leaves the column that was guessed for it.
        mapping = {one: "" if kept == target and target else kept for one, kept in mapping.items()} | {column: target}
    return mapping


def _words(kind: RecordKind, guessed: dict[str, dict[str, str]], pairs: list[str]) -> dict[str, dict[str, str]]:
    words = {target: dict(found) for target, found in guessed.items()}
    for pair in pairs:
        word, mark, meaning = pair.partition("=")
        placed = False
        for target, found in words.items():
            choices = {label.casefold(): value for value, label in kind.word_choices[target]()}
            short = {label.partition(": ")[2].casefold(): value for label, value in reversed(choices.items())}
            value = choices.get(meaning.strip().casefold()) or short.get(meaning.strip().casefold())
            if mark and value and word in found:
                found[word] = value
                placed = True
        if not placed:
            raise BadMapping(f"“{pair}” says nothing: give a word of the file, and one of what it can mean.")
    return words
