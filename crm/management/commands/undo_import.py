"""Take a whole import back, in this process."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from crm.importing.running import run
from crm.importing.undoing import can_undo
from crm.models import ImportBatch
from crm.models.import_batch import ImportKind, ImportState


class Command(BaseCommand):
    help = "Delete what an import made and give merged records their values of before. Exits 1 when some were changed since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int)
        parser.add_argument("--json", action="store_true")

    def handle(self, *, id: int, **options: Any) -> None:
        batch = ImportBatch.objects.filter(pk=id).first()
        if batch is None:
            raise CommandError(f"There is no import {id}.")
        if not can_undo(batch):
            raise CommandError(f"Import {id} has nothing to take back.")
        records = batch.kind != ImportKind.CONTACTS
        count = batch.records.count() if records else batch.contacts.values("contact").distinct().count()
        batch.options |= {"undo": True}
        batch.state = ImportState.QUEUED
        batch.save(update_fields=["options", "state"])
        run(batch.pk, now=timezone.now())
        kept = list(batch.problems.order_by("pk").values("row", "reason"))
        if options["json"]:
            self.stdout.write(json.dumps({"import_id": id, "taken_back": count - len(kept), "kept": kept}))
        else:
            self.stdout.write(
                f"{count - len(kept):,} {batch.get_kind_display().lower()} are as before; {len(kept):,} were changed since and stay."
            )
        if kept:
            raise SystemExit(1)
