"""Files of documents: kept outside the web root, counted, taken away, cleaned up after."""

from __future__ import annotations

import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from time import sleep
from typing import Any

import pytest
from django.db import connection, transaction

from crm.documents.arming import hold_contacts
from crm.documents.filing import MOST, clean_up, remove_files, take_files
from crm.documents.handling import withdraw
from crm.documents.requesting import BadDocument
from crm.documents.storing import opened
from crm.models import Document, DocumentFile, Event
from crm.undo import take_back
from tests.crm.documents.making import JPEG, PDF, approved, document, emptied, only, told
from tests.factories import NOW, contact
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings: Any) -> Path:
    """The folder of the test's own in which files lie."""
    settings.PRIVATE_DIR = str(tmp_path)
    return tmp_path / "documents"


def on_disk(kept: Path) -> list[Path]:
    return [one for one in kept.rglob("*") if one.is_file()]


def take(one: Document, *files: tuple[str, bytes], **said: Any) -> Any:
    said = {"by": None, "now": NOW} | said
    return take_files(only(one), [(name, io.BytesIO(content)) for name, content in files], **said)


def test_files_are_kept_under_random_names_and_the_document_is_received(kept: Path, people: People) -> None:
    one = document(contact())
    filed = take(one, ("../../etc/pass\u202eport.pdf", PDF), ("back.jpg", JPEG), by=people.sam)
    one.refresh_from_db()
    rows = list(one.files.order_by("pk"))
    assert (one.state, [row.name for row in rows]) == ("received", ["passport.pdf", "back.jpg"])
    assert rows[0].sha256 == hashlib.sha256(PDF).hexdigest()
    assert (rows[0].size, rows[0].content_type, rows[0].uploaded_by) == (len(PDF), "application/pdf", people.sam)
    assert "passport" not in rows[0].path
    with opened(rows[0].path) as content:
        assert content.read() == PDF
    assert Event.objects.get(kind="document_received").data["files"] == ["passport.pdf", "back.jpg"]
    assert oct(on_disk(kept)[0].stat().st_mode)[-3:] == "600"
    assert filed.undo_id
    take_back(filed.undo_id, by=people.sam, now=NOW)
    one.refresh_from_db()
    assert (one.state, one.files.filter(removed_at=None).count()) == ("requested", 0)


def test_a_file_that_lies_is_named_and_the_others_are_kept(kept: Path) -> None:
    one = document(contact())
    filed = take(one, ("passport.pdf", b"MZ" + bytes(99)), ("good.pdf", PDF))
    assert (len(filed.ids), len(on_disk(kept))) == (1, 1)
    assert "Windows program" in filed.refused[0]


def test_what_only_lies_leaves_the_document_waited_for(kept: Path) -> None:
    one = document(contact())
    assert take(one, ("a.jpg", b"<html>")).ids == []
    one.refresh_from_db()
    assert (one.state, on_disk(kept)) == ("requested", [])


def test_a_file_that_is_too_large_is_refused_before_it_is_whole(kept: Path, settings: Any) -> None:
    settings.DOCUMENT_MAX_BYTES = 1_000_000

    class Endless:
        given = 0

        def read(self, size: int) -> bytes:
            self.given += size
            return b"x" * size

    endless: Any = Endless()
    filed = take_files(only(document(contact())), [("a.txt", endless)], by=None, now=NOW)
    assert filed.refused == ["“a.txt” is larger than 1 MB, the most that one file may have."]
    assert endless.given < 1_500_000
    assert on_disk(kept) == []


def test_further_files_of_what_is_here_are_added_without_asking_for_it_again() -> None:
    one = approved(contact())
    take(one, ("back.pdf", PDF))
    assert told(one)[-1] == "changed"


def test_an_expired_document_takes_no_files_and_leaves_none_behind(kept: Path) -> None:
    one = approved(contact())
    only(one).update(state="expired")
    with pytest.raises(BadDocument, match="Ask for a new one"):
        take(one, ("a.pdf", PDF))
    assert on_disk(kept) == []


def test_a_document_has_so_many_files_at_most(kept: Path) -> None:
    one = document(contact())
    assert "Only 20 files" in take(one, *[(f"{number}.pdf", PDF) for number in range(MOST + 1)]).refused[0]
    with pytest.raises(BadDocument, match="at most 20 files"):
        take(one, ("more.pdf", PDF))
    assert len(on_disk(kept)) == MOST


def test_a_file_taken_away_stays_as_a_row_and_comes_back(people: People) -> None:
    one = document(contact())
    take(one, ("a.pdf", PDF))
    result = remove_files(one.files.all(), by=people.sam, now=NOW)
    file = one.files.get()
    assert (file.removed_at, file.sha256) == (NOW, hashlib.sha256(PDF).hexdigest())
    assert result.undo_id
    take_back(result.undo_id, by=people.sam, now=NOW)
    assert one.files.filter(removed_at=None).count() == 1


def test_the_night_removes_bytes_that_nobody_may_fetch_any_more(kept: Path) -> None:
    clean_up(NOW)  # sets the clock
    one, two = document(contact()), document(contact("B"))
    take(one, ("gone.pdf", PDF))
    take(two, ("stays.pdf", PDF))
    remove_files(one.files.all(), by=None, now=NOW)
    orphan = kept / "ab" / ("ab" + "0" * 30)
    orphan.parent.mkdir(parents=True, exist_ok=True)
    orphan.write_bytes(b"cut off")
    young = orphan.with_name("young")
    young.write_bytes(b"being written")
    later = NOW + timedelta(days=3)
    for path in on_disk(kept):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    os.utime(young, (later.timestamp(), later.timestamp()))
    assert clean_up(later) == 1
    left = {path.name for path in on_disk(kept)}
    assert left == {Path(DocumentFile.objects.get(name="stays.pdf").path).name, "young"}
    assert DocumentFile.objects.get(name="gone.pdf").path == ""


def test_a_withdrawn_document_keeps_its_files_for_the_undo(kept: Path) -> None:
    one = document(contact())
    take(one, ("a.pdf", PDF))
    withdraw(only(one), by=None, now=NOW)
    assert len(on_disk(kept)) == 1


@pytest.mark.django_db(transaction=True)
def test_files_and_an_approval_at_once_do_not_wait_for_each_other(kept: Path) -> None:
    emptied()
    one = document(contact())

    def upload() -> None:
        try:
            take(one, ("a.pdf", PDF))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            hold_contacts([one.contact_id])  # as every verb of documents begins
            uploading = pool.submit(upload)
            sleep(0.3)
            Document.objects.select_for_update(nowait=True).get(pk=one.pk)
        uploading.result(timeout=10)
    one.refresh_from_db()
    assert one.state == "received"
