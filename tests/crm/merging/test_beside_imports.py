"""What an import did to a merged contact stays with it: undoing that import leaves the kept one alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm.access import contacts_for
from crm.importing.undoing import undo
from crm.merging.merging import merge
from crm.models import Contact, ImportBatch, ImportedContact
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db


def test_undoing_an_import_leaves_the_kept_contact_alone(people: People, uploads: Path) -> None:
    one, other = contact("Maria"), contact("Mariana")
    batch = ImportBatch.objects.create(created_by=people.ada, file_name="a.csv", path="", state="done")
    ImportedContact.objects.create(batch=batch, contact=other, row=2, version_after=other.version)
    merge(contacts_for(people.ada), kept=one.pk, gone=other.pk, by=people.ada, now=NOW)
    undo(batch, now=NOW)
    assert Contact.objects.alive().filter(pk=one.pk).exists()
    one.refresh_from_db()
    assert other.email in one.other_emails
