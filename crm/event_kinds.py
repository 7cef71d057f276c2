"""The kinds of event there are: each floor registers its own, with the words and icon of the timeline."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventKind:
    """`title` is a sentence with optional {fields} of the event's data; `group` is a filter of the timeline."""

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
    return name in _kinds or name.startswith("custom.")


def kind_of(name: str) -> EventKind:
    """What is known of a kind; a custom or since-removed one gets words made from its name."""
    return _kinds.get(name) or EventKind(
        name, name.removeprefix("custom.").replace("_", " ").capitalize(), "circle", "other"
    )


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
    EventKind("deal_won", "Deal “{deal}” won: {reason}", "circle-check", "deal"),
    EventKind("deal_lost", "Deal “{deal}” lost: {reason}", "circle-x", "deal"),
    EventKind("deal_reopened", "Deal “{deal}” open again", "rotate-ccw", "deal"),
    EventKind("deal_deleted", "Deal “{deal}” deleted", "trash-2", "deal"),
    EventKind("deal_restored", "Deal “{deal}” restored", "undo-2", "deal"),
    EventKind("document_requested", "Asked for {document}", "file-search", "document"),
    EventKind("document_received", "{document} received", "file-text", "document"),
    EventKind("document_approved", "{document} approved", "circle-check", "document"),
    EventKind("document_rejected", "{document} rejected: {reason}", "circle-x", "document"),
    EventKind("document_expiring", "{document} expires on {expires_on}", "hourglass", "document"),
    EventKind("document_expired", "{document} expired on {expires_on}", "circle-alert", "document"),
    EventKind("document_withdrawn", "{document} is no longer needed", "trash-2", "document"),
    EventKind("invoice_issued", "Invoice {invoice} over {amount_words}, due on {due_on}", "banknote", "invoice"),
    EventKind("invoice_changed", "Invoice {invoice}: changed {fields}", "pencil", "invoice"),
    EventKind("invoice_part_paid", "{paid_words} paid of invoice {invoice}", "wallet", "invoice"),
    EventKind("invoice_paid", "Invoice {invoice} paid", "circle-check", "invoice"),
    EventKind("invoice_overdue", "Invoice {invoice} is overdue", "circle-alert", "invoice"),
    EventKind("invoice_voided", "Invoice {invoice} void: {reason}", "circle-x", "invoice"),
    EventKind("invoice_reopened", "Invoice {invoice} is unpaid again", "rotate-ccw", "invoice"),
    EventKind("partner_linked", "Now with {partner}: {role}", "building-2", "partner"),
    EventKind("partner_unlinked", "No longer with {partner}", "building-2", "partner"),
    EventKind("order_placed", "Ordered {item} {amount_words}", "banknote", "outside"),
    EventKind("order_paid", "Paid an order {amount_words}", "wallet", "outside"),
    EventKind("order_abandoned", "Left an order unfinished {amount_words}", "circle-x", "outside"),
    EventKind("payment_received", "Paid {amount_words}", "wallet", "outside"),
    EventKind("class_enrolled", "Enrolled in {item}", "graduation-cap", "outside"),
    EventKind("class_attended", "Attended {item}", "graduation-cap", "outside"),
    EventKind("class_missed", "Missed {item}", "graduation-cap", "outside"),
    EventKind("page_viewed", "Looked at {item}", "eye", "outside"),
    EventKind("form_submitted", "Sent the form {item}", "clipboard-check", "outside"),
)
