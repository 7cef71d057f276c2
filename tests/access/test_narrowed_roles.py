"""A role that may not see a kind of record meets it nowhere: no page, timeline, search, export or answer of the API shows it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from crm.audiences.making import make_audience
from crm.audiences.members import add_members
from crm.documents.filing import take_files
from crm.documents.requesting import NewRequest, request_documents
from crm.invoices.issuing import NewInvoice, issue
from crm.models import Contact, Document, Organisation
from crm.partners.linking import link
from tests.access.house import signed_in
from tests.access.records import Records, records
from tests.access.rules import RULES
from tests.access.test_api import OPERATIONS, call
from tests.access.test_pages import address, asked
from tests.api.calling import api_of
from tests.crm.deals.given import deal
from tests.factories import followup, partner
from tests.people import People

#: Permission -> the word that only such a record holds.
WORDS = {
    "deals.view": "Quartzdeal",
    "documents.view": "Quartzpaper",
    "invoices.view": "QUARTZBILL",
    "partners.view": "Quartzpartner",
    "audiences.view": "Quartzcrowd",
}


#: The pages that stand near such records.
NEAR = ("contact", "followup", "dashboard", "focus", "deal", "invoice")
#: A template that names its record fills the words of the next follow-up, whoever reads it.
SAYS = {"followup_complete"}


def narrow(*permissions: str) -> None:
    """Take rights from agents and managers."""
    rights = {role: dict.fromkeys(permissions, False) for role in ("agent", "manager")}
    Organisation.objects.update_or_create(pk=1, defaults={"role_permissions": rights})


@pytest.fixture
def kept(people: People) -> Records:
    """Sam's records, and one of each kind with its word, all about one client."""
    now, sam = timezone.now(), people.sam
    found = records(people)
    who = Contact.objects.get(pk=found.ids["contact"])
    only = Contact.objects.filter(pk=who.pk)
    college = partner(WORDS["partners.view"], owner_id=sam.pk)
    link(college, only, role="Applies", by=sam, now=now)
    sold = deal(WORDS["deals.view"], contact=who, partner_id=college.pk, owner_id=sam.pk, by=sam, now=now, amount=7)
    [paper] = request_documents([NewRequest(contact_id=who.pk, name=WORDS["documents.view"])], by=sam, now=now).ids
    scan = (f"{WORDS['documents.view']}.pdf", ContentFile(b"%PDF-1.7 x"))
    take_files(Document.objects.filter(pk=paper), [scan], by=sam, now=now)
    new = NewInvoice(contact_id=who.pk, amount="5", number=WORDS["invoices.view"], deal_id=sold.pk)
    [bill] = issue([new], by=sam, now=now).ids
    crowd = make_audience(name=WORDS["audiences.view"], kind="static", by=people.ada, now=now)
    add_members(crowd, only, by=people.ada, now=now)
    call_ = followup(who, sam, by=sam, subject="Ask", deal_id=sold.pk, document_id=paper, invoice_id=bill)
    found.ids.update(followup=call_.pk)
    return found


def shown_on_pages(client: Client, kept: Records) -> dict[str, str]:
    near = [name for name in RULES if name.startswith(NEAR) and name not in SAYS]
    pages = {name: address(name, RULES[name], kept) for name in near}
    pages |= {f"search {word}": f"/search/?q={word}" for word in WORDS.values()}
    return {name: asked(client, "GET", path).shown for name, path in pages.items()}  # type: ignore[attr-defined]


def shown_by_api(token: Any, kept: Records) -> dict[str, str]:
    reading = [name for name, (method, _, _) in OPERATIONS.items() if method == "GET"]
    return {name: call(token, name, kept).content.decode(errors="replace") for name in reading}


def test_what_a_role_may_not_see_is_shown_nowhere(people: People, kept: Records) -> None:
    narrow(*WORDS)
    shown = shown_on_pages(signed_in(people, "sam"), kept) | shown_by_api(api_of(people.sam), kept)
    seen = [(name, word) for name, text in shown.items() for word in WORDS.values() if word in text]
    assert [one for one in seen if one[0] != f"search {one[1]}"] == []
    assert [name for name in shown if name.startswith("search ") and "1 found" in shown[name]] == []


ASKED = (
    {"some": "deals", "where": [{"field": "amount", "op": "equals", "value": 7}]},
    {"any": [{"field": "city", "op": "set"}, {"none": [{"some": "invoices"}]}]},
    {"field": "audience", "op": "set"},
    {"some": "events", "where": [{"field": "kind", "op": "equals", "value": "deal_created"}]},
    {"some": "events", "where": [{"field": "amount", "op": "greater", "value": 6}]},
)


@pytest.mark.parametrize("condition", ASKED)
def test_a_condition_counts_no_records_that_a_role_may_not_see(people: People, kept: Records, condition: Any) -> None:
    token, client, text = api_of(people.sam), signed_in(people, "sam"), json.dumps(condition)
    assert token.post("/conditions/check", {"condition": condition}).json()["count"] > 0
    narrow(*WORDS)
    answer = token.post("/conditions/check", {"condition": condition}).json()
    assert (answer["ok"], answer["count"]) == (False, None)
    assert "Your role" in answer["problems"][0]["message"]
    assert token.get(f"/contacts?{urlencode({'where': text})}").status_code == 422
    for page in ("contacts", "followups"):
        assert "Your role does not let you ask" in client.get(f"/{page}/", {"where": text}).content.decode()
    built = client.get("/conditions/for/contacts/", {"where": text}).content.decode()
    assert "Your role does not let you ask" in built


def test_what_a_role_may_see_can_still_be_asked(people: People, kept: Records) -> None:
    narrow("deals.view")
    seen = {"some": "events", "where": [{"field": "kind", "op": "equals", "value": "note_added"}]}
    for condition in (seen, {"some": "invoices"}):
        assert api_of(people.sam).post("/conditions/check", {"condition": condition}).json()["count"] == 1
