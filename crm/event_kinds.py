"""The kinds of event there are: each floor registers its own, with the words and icon of the timeline."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm.day_words import say_day

#: What arrives over the API under a name of the sender's own is stored under this and the name.
CUSTOM = "custom."
OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class EventKind:
    """`title` is a sentence with {fields} of the event's data; `group` is a filter of the timeline.

    A part in brackets is left out where a field of it is not known: ``Paid[ {amount_words}]``; after a bar stands what
    is said instead: ``Attended [{item}|a class]``.
    """

    name: str
    title: str
    icon: str
    group: str


_kinds: dict[str, EventKind] = {}


def register_kinds(*kinds: EventKind) -> None:
    for kind in kinds:
        _kinds[kind.name] = kind


def is_known(name: str) -> bool:
    """Registered, or a custom kind that arrived from outside (``custom.anything``)."""
    return name in _kinds or name.startswith(CUSTOM)


def kind_of(name: str) -> EventKind:
    """What is known of a kind; a custom or since-removed one gets words made from its name."""
    if name in _kinds:
        return _kinds[name]
    said = re.sub(r"[_.\-\[\]{}|]+", " ", name.removeprefix(CUSTOM)).strip().capitalize()
    if name.startswith(CUSTOM):
        return EventKind(name, said + "[: {item}][, {amount_words}]", "plug", OUTSIDE)
    return EventKind(name, said, "circle", "other")


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


#: What other systems call the thing that their event is about, the surest first.
_ITEM = ("item", "item_name", "title", "name", "product", "course", "class", "page", "form", "url")
_PART = re.compile(r"\[([^\]|]*)(?:\|([^\]]*))?\]")
_FIELD = re.compile(r"\{(\w+)\}")


def words(name: str, data: Mapping[str, Any]) -> str:
    """What happened as a sentence: the kind's title with what is known of it."""
    kind, known = kind_of(name), dict(data)
    if kind.group == OUTSIDE:
        item = next((str(known[one]) for one in _ITEM if isinstance(known.get(one), str | int) and known[one]), "")
        known["item"] = " ".join(item.split())[:120]

    for field, value in known.items():
        if field.endswith("_on") and isinstance(value, str):
            known[field] = say_day(value)

    def part(found: re.Match[str]) -> str:
        has_all = all(known.get(field) not in (None, "") for field in _FIELD.findall(found[1]))
        return found[1] if has_all else found[2] or ""

    return _PART.sub(part, kind.title).format_map(_Blank(known))


def all_kinds() -> list[EventKind]:
    return list(_kinds.values())


register_kinds(
    EventKind("contact_created", "Added by {by}", "user-round-plus", "record"),
    EventKind("contact_imported", "Imported from {file}", "upload", "record"),
    EventKind("contact_changed", "Changed {fields}", "pencil", "record"),
    EventKind("contact_deleted", "Deleted", "trash-2", "record"),
    EventKind("contact_restored", "Restored", "undo-2", "record"),
    EventKind("owner_changed", "Given to {to}", "user-round-check", "record"),
    EventKind("lifecycle_changed", "Moved from {from_label} to {to_label}", "arrow-right", "record"),
    EventKind("tag_added", "Tagged {tag}", "tag", "record"),
    EventKind("tag_removed", "No longer tagged {tag}", "tag", "record"),
    EventKind("note_added", "Note", "sticky-note", "note"),
    EventKind("note_changed", "Note changed", "sticky-note", "note"),
    EventKind("note_deleted", "Note deleted", "sticky-note", "note"),
    EventKind("consent_changed", "{channel}: {state}", "shield-check", "consent"),
    EventKind("call_logged", "Call, {outcome}", "phone", "contact"),
    EventKind("meeting_logged", "Meeting, {outcome}", "users", "contact"),
    EventKind("email_logged", "E-mail, {outcome}", "mail", "contact"),
    EventKind("message_logged", "Message, {outcome}", "message-square", "contact"),
    EventKind("person_invited", "{by} invited {email}", "user-round-plus", "record"),
    EventKind("contacts_merged", "Merged with {other}", "merge", "record"),
    EventKind("merge_undone", "No longer merged with {other}", "undo-2", "record"),
    EventKind("audience_joined", "Now in {audience}", "users", "audience"),
    EventKind("audience_left", "No longer in {audience}", "users", "audience"),
    EventKind("deal_created", "Deal “{deal}” in {stage}", "handshake", "deal"),
    EventKind("deal_changed", "Deal “{deal}”: changed {fields}", "pencil", "deal"),
    EventKind("deal_stage_changed", "Deal “{deal}” moved from {from_stage} to {to_stage}", "arrow-right", "deal"),
    EventKind("deal_won", "Deal “{deal}” won{because}", "circle-check", "deal"),
    EventKind("deal_lost", "Deal “{deal}” lost{because}", "circle-x", "deal"),
    EventKind("deal_reopened", "Deal “{deal}” open again", "rotate-ccw", "deal"),
    EventKind("deal_given", "Deal “{deal}” given to {to}", "user-round-check", "deal"),
    EventKind("deal_deleted", "Deal “{deal}” deleted", "trash-2", "deal"),
    EventKind("deal_restored", "Deal “{deal}” restored", "undo-2", "deal"),
    EventKind("document_requested", "Asked for {document}", "file-search", "document"),
    EventKind("document_received", "{document} received", "file-text", "document"),
    EventKind("document_approved", "{document} approved", "circle-check", "document"),
    EventKind("document_rejected", "{document} rejected: {reason}", "circle-x", "document"),
    EventKind("document_expiring", "{document} expires on {expires_on}", "hourglass", "document"),
    EventKind("document_expired", "{document} expired on {expires_on}", "circle-alert", "document"),
    EventKind("document_changed", "{document}: changed {fields}", "pencil", "document"),
    EventKind("document_withdrawn", "{document} is no longer needed", "trash-2", "document"),
    EventKind("invoice_issued", "Invoice {invoice} over {amount_words}, due on {due_on}", "banknote", "invoice"),
    EventKind("invoice_changed", "Invoice {invoice}: changed {fields}", "pencil", "invoice"),
    EventKind("invoice_part_paid", "{paid_words} paid of invoice {invoice}", "wallet", "invoice"),
    EventKind("invoice_paid", "Invoice {invoice} paid", "circle-check", "invoice"),
    EventKind("invoice_overdue", "Invoice {invoice} is overdue", "circle-alert", "invoice"),
    EventKind("invoice_voided", "Invoice {invoice} void: {reason}", "circle-x", "invoice"),
    EventKind("invoice_reopened", "Invoice {invoice} is unpaid again", "rotate-ccw", "invoice"),
    EventKind("partner_created", "Partner “{partner}” added", "building-2", "partner"),
    EventKind("partner_changed", "Partner “{partner}”: changed {fields}", "pencil", "partner"),
    EventKind("partner_given", "Partner “{partner}” given to {to}", "user-round-check", "partner"),
    EventKind("partner_deleted", "Partner “{partner}” deleted", "trash-2", "partner"),
    EventKind("partner_restored", "Partner “{partner}” restored", "undo-2", "partner"),
    EventKind("partner_linked", "Now with {partner}[: {role}]", "building-2", "partner"),
    EventKind("partner_unlinked", "No longer with {partner}", "building-2", "partner"),
    EventKind("order_placed", "Placed an order[: {item}][, {amount_words}]", "banknote", "outside"),
    EventKind("order_paid", "Paid an order[: {item}][, {amount_words}]", "wallet", "outside"),
    EventKind("order_abandoned", "Left an order unfinished[: {item}][, {amount_words}]", "circle-x", "outside"),
    EventKind("payment_received", "Made a payment[ of {amount_words}][ for {item}]", "wallet", "outside"),
    EventKind("class_enrolled", "Enrolled in [{item}|a class]", "graduation-cap", "outside"),
    EventKind("class_attended", "Attended [{item}|a class]", "graduation-cap", "outside"),
    EventKind("class_missed", "Missed [{item}|a class]", "graduation-cap", "outside"),
    EventKind("page_viewed", "Looked at [{item}|a page]", "eye", "outside"),
    EventKind("form_submitted", "Sent [the form {item}|a form]", "clipboard-check", "outside"),
)
