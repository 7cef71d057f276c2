"""Documents over the API."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from crm.models import CaseKind, DocumentFile
from tests.api.calling import Api, api_of
from tests.crm.documents.making import PDF, document, kind
from tests.factories import contact
from tests.people import People

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings: Any) -> Path:
    """The folder of the test's own in which files lie."""
    settings.PRIVATE_DIR = str(tmp_path)
    return tmp_path / "documents"


@pytest.fixture
def sam(people: People) -> Api:
    return api_of(people.sam, "records:read", "records:write")


def file(content: bytes = PDF, name: str = "passport.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_ask_send_approve_and_read(sam: Api, people: People) -> None:
    mine = contact(owner=people.sam)
    made = sam.post(f"/contacts/{mine.pk}/documents", {"kind": kind().pk, "due_on": "2030-01-01"})
    assert made.status_code == 201
    here = f"/documents/{made.json()['items'][0]['id']}"
    sent = sam.upload(f"{here}/files", file(), file(name="back.pdf"))
    assert sent.status_code == 201
    one = sent.json()
    assert (one["state"], [part["name"] for part in one["files"]]) == ("received", ["back.pdf", "passport.pdf"])
    got = sam.get(f"{here}/files/{one['files'][0]['id']}")
    assert b"".join(got.streaming_content) == PDF  # type: ignore[attr-defined]
    assert got["Content-Disposition"].startswith("attachment")
    assert sam.post(f"{here}/approve", {"expires_on": "2035-01-01"}).json()["expires_on"] == "2035-01-01"
    assert sam.patch(here, {"name": "Passport of the mother", "version": 1}).status_code == 409
    assert sam.patch(here, {"name": "Passport of the mother"}).json()["name"] == "Passport of the mother"
    assert len(sam.get(f"/contacts/{mine.pk}/documents").json()["items"]) == 1
    assert sam.delete(here).status_code == 204
    assert sam.get(here).status_code == 404


def test_a_checklist_says_what_was_left_out(sam: Api, people: People) -> None:
    mine = contact(owner=people.sam)
    document(mine)
    made = sam.post(f"/contacts/{mine.pk}/documents", {"case_kind": CaseKind.objects.get(name="Student visa").pk})
    assert (len(made.json()["items"]), made.json()["left_out"]) == (
        6,
        ["Passport is asked for already, or waits to be looked at."],
    )
    assert sam.post(f"/contacts/{mine.pk}/documents", {"kind": kind().pk}).status_code == 422
    assert sam.post(f"/contacts/{mine.pk}/documents", {}).status_code == 422
    assert sam.post(f"/contacts/{mine.pk}/documents", {"case_kind": 10**12}).status_code == 422


def test_a_file_that_lies_keeps_none_of_its_company(sam: Api, people: People, kept: Path) -> None:
    one = document(contact(owner=people.sam))
    answer = sam.upload(f"/documents/{one.pk}/files", file(), file(b"<html>", "face.jpg"))
    assert answer.status_code == 422
    assert "inside it is a web page" in answer.json()["errors"][0]["message"]
    assert not DocumentFile.objects.exists()
    assert [path for path in kept.rglob("*") if path.is_file()] == []


def test_what_the_state_does_not_allow_is_a_409_with_the_state(sam: Api, people: People) -> None:
    one = document(contact(owner=people.sam))
    refused = sam.post(f"/documents/{one.pk}/approve", {})
    assert (refused.status_code, refused.json()["current"]["state"]) == (409, "requested")
    assert sam.post(f"/documents/{one.pk}/receive", {}).json()["state"] == "received"
    assert sam.post(f"/documents/{one.pk}/reject", {"reason": "Cut off"}).json()["reject_reason"] == "Cut off"
    assert sam.post(f"/documents/{one.pk}/reject", {}).status_code == 422


def test_an_upload_with_a_key_happens_once_and_is_larger_than_a_body_may_be(sam: Api, people: People) -> None:
    one = document(contact(owner=people.sam))
    large = PDF + b"x" * 3_000_000
    first = sam.upload(f"/documents/{one.pk}/files", file(large), Idempotency_Key="k")
    again = sam.upload(f"/documents/{one.pk}/files", file(large), Idempotency_Key="k")
    assert (first.status_code, again.status_code, again["Idempotent-Replay"]) == (201, 201, "true")
    assert DocumentFile.objects.count() == 1
    assert sam.upload(f"/documents/{one.pk}/files", file(), Idempotency_Key="k").status_code == 422


def test_somebody_elses_document_is_not_there(sam: Api) -> None:
    one = document(contact("Foreign"))
    for answer in (
        sam.get(f"/documents/{one.pk}"),
        sam.upload(f"/documents/{one.pk}/files", file()),
        sam.get(f"/documents/{one.pk}/files/1"),
        sam.get(f"/contacts/{one.contact_id}/documents"),
        sam.get("/documents/99999999999999999999"),
    ):
        assert answer.status_code == 404
