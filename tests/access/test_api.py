"""Every operation of the API as every role, against other people's records; and against made-up requests."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client

from config.api import api
from tests.access.house import WHO, House
from tests.access.records import FOREIGN, Records
from tests.access.rules import SEEN_BY
from tests.api.calling import Api, api_of

DUE = "2030-05-01"
CONSENT = {"channel": "email", "state": "withdrawn", "source": "Phone"}

#: Operation -> a body that it would carry out. An operation with a body that is not here fails the test.
BODIES: dict[str, Any] = {
    "create_contact": {"first_name": "Ana"},
    "change_one_contact": {"city": "Rome"},
    "tag_contact": {"tags": ["visa"]},
    "create_note": {"body": "Hello"},
    "change_preferences": {"consents": [CONSENT], "quiet_from": "20:00", "quiet_to": "08:00"},
    "check_condition": {"condition": {"field": "country", "op": "equals", "value": "IN"}},
    "create_deal": {"name": "New", "contact": "contact"},
    "create_contact_deal": {"name": "New"},
    "change_one_deal": {"name": "Other"},
    "move_deal": {"stage": "stage"},
    "win_deal": {},
    "lose_deal": {"reason": "Price"},
    "reopen_deal": {},
    "create_product": {"name": "New"},
    "create_tag": {"name": "New"},
    "change_one_tag": {"name": "Other"},
    "invite_user": {"email": "somebody@example.com"},
    "change_user": {"capacity": 3},
    "create_team": {"name": "New"},
    "change_one_team": {"name": "Other"},
    "create_followup": {"contact": "contact", "subject": "Call", "due_at": DUE},
    "create_followup_set": {"name": "New", "items": [{"template": "template"}]},
    "change_followup_set": {"name": "Other"},
    "use_followup_set": {"contacts": ["contact"]},
    "change_followup": {"subject": "Other"},
    "create_contact_followup": {"subject": "Call", "due_at": DUE},
    "bulk_followups": {"ids": ["followup"], "action": "start"},
    "start_followup": {},
    "complete_followup": {"outcome": "spoke"},
    "cancel_followup": {},
    "reopen_followup": {},
    "reschedule_followup": {"due_at": DUE},
    "snooze_followup": {"minutes": 5},
    "assign_followup": {"assignee": "person"},
    "pin_followup": {},
    "note_on_followup": {"text": "Hello"},
    "create_message": {"contact": "contact", "body": "Hello"},
    "log_event": {"kind": "call", "outcome": "spoke"},
    "create_automation": {"name": "New"},
    "change_automation": {"name": "Other"},
    "activate_automation": {},
    "simulate_automation": {"contact": "contact"},
    "archive_automation": {},
    "enroll_contacts": {"contacts": ["contact"]},
    "create_audience": {"name": "New", "kind": "static"},
    "change_one_audience": {"name": "Other"},
    "add_audience_members": {"contacts": ["contact"]},
    "remove_audience_members": {"contacts": ["contact"]},
    "create_events": {"contact": "contact", "kind": "order_paid"},
    "request_contact_documents": {"name": "Letter"},
    "change_one_document": {"required": False},
    "receive_document": {},
    "approve_document": {},
    "reject_document": {"reason": "Cut off"},
    "add_document_files": b"%PDF-1.7",
    "create_invoice": {"contact": "contact", "amount": 5},
    "create_contact_invoice": {"amount": 5},
    "change_one_invoice": {"notes": "Other"},
    "note_payment": {"amount": 5},
    "void_invoice": {"reason": "Sent twice"},
    "reopen_invoice": {},
    "merge_contacts": {"kept": "contact", "gone": "twin"},
    "create_partner": {"name": "New"},
    "change_one_partner": {"city": "Rome"},
    "link_partner_contact": {"contact": "contact", "role": "Applies to"},
    "create_type": {"name": "New"},
    "change_one_type": {"name": "Other"},
    "create_outcome": {"label": "New", "sense": "neutral"},
    "create_template": {"name": "New", "subject": "Hello", "type": "call"},
    "change_one_template": {"name": "Other"},
    "create_message_template": {"name": "New", "channel": "sms", "variants": [{"text": "Hello"}]},
    "change_message_template": {"name": "Other"},
    "preview_message_template": {},
}
#: What an operation is about where its address does not say.
ABOUT = {
    "merge_contacts": "contact",
    "create_deal": "contact",
    "create_invoice": "contact",
    "create_followup": "contact",
    "link_partner_contact": "contact",
    "use_followup_set": "contact",
    "create_events": "contact",
    "create_message": "contact",
    "enroll_contacts": "contact",
    "simulate_automation": "contact",
    "bulk_followups": "followup",
}
#: A record that is named in the body, not in the address, is a wrong field or a refusal when it cannot be seen.
UNSEEN = {
    "create_deal": 422,
    "create_invoice": 422,
    "create_followup": 422,
    "link_partner_contact": 422,
    "use_followup_set": 422,
    "create_events": 422,
    "create_message": 422,
    "enroll_contacts": 422,
    "simulate_automation": 422,
    "bulk_followups": 409,
}
#: Right answers that are no success: an open follow-up is not reopened, a colleague’s mail not taken back.
ALSO = {
    "activate_automation": {409},
    "receive_document": {409},
    "reopen_deal": {409},
    "reopen_invoice": {409},
    "reopen_followup": {409},
    "cancel_message": {409},
}


def operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    schema = api.get_openapi_schema()
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    }


OPERATIONS = operations()


def filled(value: Any, kept: Records) -> Any:
    """A body with the ids of the records that it names."""
    if isinstance(value, dict):
        return {
            key: kept.ids[part]
            if key in ("contact", "assignee", "stage", "template", "kept", "gone")
            else filled(part, kept)
            for key, part in value.items()
        }
    if isinstance(value, list):
        return [kept.ids.get(part, part) if isinstance(part, str) else filled(part, kept) for part in value]
    return value


def call(token: Api, name: str, kept: Records) -> Any:
    method, path, operation = OPERATIONS[name]
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "path":
            record = {"user": "person"}.get(
                parameter["name"].removesuffix("_id"), parameter["name"].removesuffix("_id")
            )
            path = path.replace("{" + parameter["name"] + "}", str(kept.ids[record]))
    path = path.removeprefix("/api/v1") + ("?tag=visa" if name == "untag_contact" else "")
    with transaction.atomic():
        if isinstance(BODIES.get(name), bytes):
            answer = token.upload(path, SimpleUploadedFile("scan.pdf", BODIES[name]))
        else:
            answer = token.call(method, path, filled(BODIES[name], kept) if "requestBody" in operation else None)
        transaction.set_rollback(True)
    if answer.streaming:  # a file: read it, so that its bytes are looked at like any other answer
        answer = HttpResponse(b"".join(answer.streaming_content), status=answer.status_code)  # type: ignore[attr-defined]
    return answer


def about(name: str) -> str:
    for record in SEEN_BY:
        if "{" + f"{record}_id" + "}" in OPERATIONS[name][1]:
            return record
    return ABOUT.get(name, "")


def test_every_operation_says_what_it_needs_and_has_a_body_here() -> None:
    for name, (_, _, operation) in OPERATIONS.items():
        assert operation["x-scope"], name
        assert operation["security"], name
        assert ("requestBody" in operation) == (name in BODIES), name


@pytest.mark.parametrize("name", list(OPERATIONS))
def test_an_operation_serves_who_may_and_nobody_else(name: str, house: House) -> None:
    people, kept = house.people, house.records
    scope, permission = OPERATIONS[name][2]["x-scope"], OPERATIONS[name][2]["x-permission"]
    assert Client().generic(OPERATIONS[name][0], OPERATIONS[name][1].replace("{", "").replace("}", "")).status_code in (
        401,
        404,
    )
    for who in WHO:
        user = getattr(people, who)
        answer = call(Api(house.tokens[who]), name, kept)
        said = f"{name} as {who}: {answer.status_code} {answer.content[:300]!r}"
        record = about(name)
        if permission and not user.can(permission):
            assert answer.status_code == 403, said
        elif record and who not in SEEN_BY[record]:
            assert answer.status_code == UNSEEN.get(name, 404), said
        else:
            assert answer.status_code < 300 or answer.status_code in ALSO.get(name, ()), said
        if who in ("noor", "otto"):
            assert FOREIGN.encode() not in answer.content, said
    answer = call(api_of(people.ada, "messages:read" if scope != "messages:read" else "contacts:read"), name, kept)
    assert answer.status_code == 403, f"{name} without its scope: {answer.status_code}"
