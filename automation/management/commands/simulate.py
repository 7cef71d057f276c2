"""`manage.py simulate`: take one contact through an automation in simulated time; nothing leaves and nothing stays."""

import json
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from automation.models import Automation
from automation.sandbox.asking import asked_of
from automation.sandbox.exploring import follow_every_branch
from automation.sandbox.rehearsing import CannotRehearse, rehearse
from automation.sandbox.timeline import Rehearsed, as_data
from automation.sandbox.what_ifs import BadWhatIf, WhatIf, read_what_ifs
from crm.management.moments import moment_between
from crm.models import Contact

FIRST_YEAR, LAST_YEAR = 2000, 2100


class Command(BaseCommand):
    """Rehearse and print the timeline."""

    help = "Takes one contact through an automation in simulated time. Nothing leaves and nothing stays."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take which automation, whom, since when and what is supposed."""
        parser.add_argument("automation", help="its number or its name")
        parser.add_argument("--contact", type=int, required=True, metavar="ID")
        parser.add_argument(
            "--start",
            type=moment_between(FIRST_YEAR, LAST_YEAR),
            metavar="TIME",
            help="when they enter (ISO 8601); now unless said",
        )
        parser.add_argument("--events", metavar="FILE", help="JSON: a list of what is supposed, see docs/rehearsal.md")
        parser.add_argument(
            "--draft", dest="which", action="store_const", const="draft", help="the version in the making"
        )
        parser.add_argument(
            "--live", dest="which", action="store_const", const="live", help="the one that lets people in"
        )
        parser.add_argument("--about", default="", metavar="RECORD", help="what they are in for, as invoice:12")
        parser.add_argument("--every-branch", action="store_true", help="one run for each way that is not taken")
        parser.add_argument("--json", action="store_true", help="print everything as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rehearse. Exits 1 where it cannot be, or where somebody would stand still."""
        contact = Contact.objects.alive().filter(pk=options["contact"] if 0 < options["contact"] < 2**62 else 0).first()
        if contact is None:
            raise CommandError(f"There is no contact {options['contact']}.")
        try:
            asked = asked_of(
                _automation(options["automation"]),
                contact,
                start=options["start"] or timezone.now(),
                what_ifs=_what_ifs(options["events"]),
                which=options["which"] or "",
                about=options["about"],
            )
            runs, left_out = follow_every_branch(asked) if options["every_branch"] else ([rehearse(asked)], 0)
        except (BadWhatIf, CannotRehearse) as problem:
            raise CommandError(str(problem)) from None
        if options["json"]:
            self.stdout.write(json.dumps({"runs": [as_data(run) for run in runs], "left_out": left_out}))
        else:
            self.stdout.write("\n\n".join(_as_text(run) for run in runs))
        if any(run.outcome == "failed" for run in runs):
            raise CommandError("they would stand still, see above")


def _automation(named: str) -> Automation:
    rows = Automation.objects.alive().select_related("live")
    whole = int(named) if named.isascii() and named.isdigit() and len(named) < 19 else 0
    found = rows.filter(pk=whole).first() or rows.filter(name=named.replace("\0", "")).order_by("pk").first()
    if found is None:
        raise CommandError(f"There is no automation {named!r}.")
    return found


def _what_ifs(file: str | None) -> list[WhatIf]:
    if not file:
        return []
    try:
        return read_what_ifs(json.loads(Path(file).read_text(encoding="utf-8")))
    except OSError as problem:
        raise CommandError(f"{file} cannot be read: {problem.strerror}") from None
    except (ValueError, RecursionError) as problem:
        if isinstance(problem, BadWhatIf):
            raise
        raise CommandError(f"{file} is not JSON: {problem}") from None


def _as_text(run: Rehearsed) -> str:
    lines = [f"As if {step} led to {way}" for step, way in run.forced.items()]
    lines += [f"Beware: {said}" for said in run.beware]
    for line in run.lines:
        way = f" -> {line.way_label}" if line.way_label else ""
        verdict = f" [{line.preview.verdict}]" if line.preview else ""
        why = f" ({line.why})" if line.why else ""
        lines.append(f"{_stamp(line.at)}  {line.kind:<9} {line.title}{way}{verdict}{why}")
        if line.preview and line.preview.text:
            lines += [f"{'':29}| {words}" for words in line.preview.text.splitlines()]
    return "\n".join([*lines, f"Ends: {run.outcome}. {run.cut or run.because}"])


def _stamp(at: datetime) -> str:
    return at.isoformat(timespec="minutes")[:22]
