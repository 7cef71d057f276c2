"""From what a page, the API or a command says to what is rehearsed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Model

from automation.definition.reading import BadDefinition, read_definition
from automation.definition.whole import Definition
from automation.models import Automation
from automation.reading.versions import draft_and_live
from automation.sandbox.rehearsing import Asked, CannotRehearse
from automation.sandbox.what_ifs import WhatIf
from crm.models import Contact, Deal, Document, Invoice

#: Which version: what is being made, or what lets people in.
DRAFT, LIVE = "draft", "live"
ABOUT = re.compile(r"(deal|document|invoice):[1-9][0-9]{0,17}")


def asked_of(
    automation: Automation,
    contact: Contact,
    *,
    start: datetime,
    what_ifs: Sequence[WhatIf] = (),
    which: str = "",
    about: str = "",
) -> Asked:
    """What to rehearse. `which` is "draft" or "live"; empty means the draft where somebody is at one. Raises
    CannotRehearse with a sentence."""
    if about and not ABOUT.fullmatch(about):
        raise CannotRehearse("Name the record like invoice:12, with deal, document or invoice.")
    if about and not _is_theirs(about, contact):
        raise CannotRehearse(f"They have no {about.partition(':')[0]} with this number.")
    definition, number = definition_of(automation, which)
    return Asked(automation, definition, number, contact, start, what_ifs, about)


def _is_theirs(about: str, contact: Contact) -> bool:
    """Whether the record is that contact's: a rehearsal shows what is known of it."""
    kind, _, pk = about.partition(":")
    model: type[Model] = {"deal": Deal, "document": Document, "invoice": Invoice}[kind]
    return model._default_manager.filter(pk=int(pk), contact=contact.pk, deleted_at__isnull=True).exists()


def definition_of(automation: Automation, which: str = "") -> tuple[Definition, int]:
    """The definition to rehearse and the number of its version; `which` as for `asked_of`. Raises CannotRehearse."""
    draft, live = draft_and_live(automation)
    version = {DRAFT: draft, LIVE: live}.get(which, draft or live)
    if version is None:
        raise CannotRehearse("There is no such version to rehearse.")
    try:
        return read_definition(version.definition), version.number
    except BadDefinition as problem:
        raise CannotRehearse(f"It is not ready to be rehearsed: {problem}") from None
