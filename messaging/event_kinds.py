"""What happens to messages with contacts, in the words of the timeline."""

from __future__ import annotations

from crm.event_kinds import EventKind, register_kinds

MESSAGE = "message"


def register() -> None:
    """Make the kinds known; called once at start-up."""
    register_kinds(
        EventKind("message_sent", "{channel} sent: {subject}", "send", MESSAGE),
        EventKind("message_failed", "{channel} could not be sent: {why}", "circle-x", MESSAGE),
        EventKind("message_bounced", "{channel} came back: {why}", "mail-x", MESSAGE),
        EventKind("message_received", "{channel} from them: {subject}", "message-circle", MESSAGE),
        EventKind("answer_waived", "Nothing to answer, said {by}", "check-check", MESSAGE),
        EventKind("answer_awaited", "Waits for an answer after all", "undo-2", MESSAGE),
        EventKind("automatic_received", "Automatic answer: {subject}", "bot", MESSAGE),
        EventKind("out_of_office", "Away{until_words}: {subject}", "palmtree", MESSAGE),
        EventKind("message_opened", "Opened: {subject}", "mail-open", MESSAGE),
        EventKind("message_clicked", "Clicked {link} in {subject}", "mouse-pointer-click", MESSAGE),
        EventKind("unsubscribed", "Asked not to be written to: {channel}", "bell-off", "consent"),
        EventKind("complained", "Reported {subject} as spam", "flag", "consent"),
        EventKind("address_suppressed", "{address} is not written to any more: {why}", "ban", "consent"),
        EventKind("address_released", "{address} may be written to again", "circle-check", "consent"),
    )
