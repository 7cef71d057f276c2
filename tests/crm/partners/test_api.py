"""Partners over the API."""

from __future__ import annotations

from typing import Any

import pytest

from crm.models import Contact, Partner
from crm.partners.linking import link
from tests.api.calling import api_of
from tests.factories import NOW, contact, partner
from tests.people import People


def said(answer: Any) -> Any:
    return answer.json()


def test_a_partner_is_made_read_changed_and_deleted(people: People) -> None:
    api = api_of(people.sam)
    made = api.post(
        "/partners",
        {"name": "Alba College", "kind": "institution", "phone": "+44 131 496 0120", "owner": people.sam.pk},
    )
    assert made.status_code == 201, made.content
    alba = said(made)
    assert (alba["phone"], alba["owner"], alba["version"]) == ("+441314960120", people.sam.pk, 1)
    assert said(api.get(f"/partners/{alba['id']}")) == alba
    changed = said(api.patch(f"/partners/{alba['id']}", {"city": "Perth", "owner": None, "version": 1}))
    assert (changed["city"], changed["owner"], changed["version"]) == ("Perth", None, 2)
    stale = api.patch(f"/partners/{alba['id']}", {"city": "Rome", "version": 1})
    assert (stale.status_code, said(stale)["current"]["city"]) == (409, "Perth")
    assert api.delete(f"/partners/{alba['id']}").status_code == 204
    assert api.get(f"/partners/{alba['id']}").status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "bell COLLEGE"}, "name"),
        ({"name": "Alba", "kind": "planet"}, "kind"),
        ({"name": "Alba", "email": "x"}, "email"),
        ({"name": "Alba", "owner": 10**15}, "owner"),
        ({"name": "Alba", "colour": "red"}, "colour"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_what_cannot_be_kept_names_the_field(people: People, body: dict[str, Any], field: str) -> None:
    bell = partner("Bell College")
    answer = api_of(people.sam).post("/partners", body)
    assert answer.status_code == 422
    assert field in said(answer)["errors"][0]["field"]
    assert said(answer).get("same_as") == (bell.pk if body["name"] == "bell COLLEGE" else None)


def test_lists_are_narrowed_and_paged(people: People) -> None:
    alba, bell = partner("Alba", kind="institution"), partner("Bell", person="Álvaro", external_id="b-1")
    partner("Corn")
    maria = contact("Maria", owner=people.sam)
    link(alba, Contact.objects.all(), role="", by=None, now=NOW)
    api = api_of(people.sam)
    for query, ids in (
        ("kind=institution", [alba.pk]), ("q=alvar", [bell.pk]), ("external_id=b-1", [bell.pk]),
        (f"contact={maria.pk}", [alba.pk]), ("contact=999", []), (f"owner={people.sam.pk}", []),
    ):  # fmt: skip
        assert [one["id"] for one in said(api.get(f"/partners?{query}"))["items"]] == ids, query
    first = said(api.get("/partners?limit=2"))
    rest = said(api.get(f"/partners?limit=2&cursor={first['next']}"))
    assert [one["name"] for one in [*first["items"], *rest["items"]]] == ["Alba", "Bell", "Corn"]
    assert rest["next"] is None


def test_clients_in_common_are_linked_read_and_taken_off(people: People) -> None:
    alba, maria, quill = partner(), contact("Maria", owner=people.sam), contact("Quill", owner=people.otto)
    link(alba, Contact.objects.filter(pk=quill.pk), role="", by=None, now=NOW)
    api, path = api_of(people.sam), f"/partners/{alba.pk}/contacts"
    made = api.post(path, {"contact": maria.pk, "role": "Applies to"})
    assert (made.status_code, said(made)["role"]) == (201, "Applies to")
    assert [one["contact"] for one in said(api.get(path))["items"]] == [maria.pk]
    assert api.post(path, {"contact": quill.pk}).status_code == 422
    assert api.delete(f"{path}/{quill.pk}").status_code == 404
    assert api.delete(f"{path}/{maria.pk}").status_code == 204
    assert api.delete(f"{path}/{maria.pk}").status_code == 404
    assert Partner.objects.get().links.get().contact_id == quill.pk


def test_a_token_for_contacts_alone_sees_no_partners(people: People) -> None:
    assert api_of(people.sam, "contacts:read").get("/partners").status_code == 403
