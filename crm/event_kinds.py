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
)
