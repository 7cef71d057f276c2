"""What may be waited for, by what it is about, in the words of a team that looks after clients. Pure."""

from __future__ import annotations

#: Group, then each kind of event in it with what it means. What is asked for most stands first.
HAPPENINGS: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = (
    (
        "Most often",
        (
            ("reply", "They reply, call back or meet"),
            ("message_clicked", "They click a link in a message"),
            ("form_submitted", "They send a form"),
            ("document_received", "A document arrives"),
            ("invoice_paid", "An invoice is paid"),
            ("followup_completed", "A follow-up is completed"),
            ("deal_stage_changed", "A deal moves to another stage"),
        ),
    ),
    (
        "Talking with them",
        (
            ("message_received", "They write to us"),
            ("call_logged", "A call is noted"),
            ("meeting_logged", "A meeting is noted"),
            ("email_logged", "An e-mail is noted by hand"),
            ("message_logged", "A message is noted by hand"),
            ("answer_awaited", "They wait for our answer"),
            ("answer_waived", "A colleague says that no answer is needed"),
        ),
    ),
    (
        "Our messages to them",
        (
            ("message_sent", "A message leaves"),
            ("message_opened", "They open a message"),
            ("message_failed", "A message cannot be sent"),
            ("message_bounced", "A message comes back"),
            ("out_of_office", "They are away: their mail program says so"),
            ("automatic_received", "An automatic answer comes"),
            ("unsubscribed", "They opt out"),
            ("complained", "They mark a message as spam"),
            ("consent_changed", "They allow or refuse a channel"),
            ("address_suppressed", "An address is blocked"),
            ("address_released", "An address is used again"),
        ),
    ),
    (
        "Documents",
        (
            ("document_requested", "A document is asked for"),
            ("document_approved", "A document is approved"),
            ("document_rejected", "A document is sent back"),
            ("document_expiring", "A document is about to expire"),
            ("document_expired", "A document expires"),
            ("document_changed", "A document is changed"),
            ("document_withdrawn", "A document is no longer needed"),
        ),
    ),
    (
        "Invoices and payments",
        (
            ("payment_received", "A payment comes in"),
            ("invoice_issued", "An invoice is issued"),
            ("invoice_part_paid", "Part of an invoice is paid"),
            ("invoice_overdue", "An invoice is overdue"),
            ("invoice_changed", "An invoice is changed"),
            ("invoice_voided", "An invoice is cancelled"),
            ("invoice_reopened", "An invoice is open again"),
        ),
    ),
    (
        "Deals",
        (
            ("deal_created", "A deal is opened"),
            ("deal_won", "A deal is won"),
            ("deal_lost", "A deal is lost"),
            ("deal_reopened", "A closed deal is open again"),
            ("deal_changed", "A deal is changed"),
            ("deal_given", "A deal gets another owner"),
            ("deal_deleted", "A deal is deleted"),
            ("deal_restored", "A deleted deal is brought back"),
        ),
    ),
    (
        "Follow-ups",
        (
            ("followup_created", "A follow-up is planned"),
            ("followup_started", "A follow-up is begun"),
            ("followup_missed", "A follow-up is missed"),
            ("followup_cancelled", "A follow-up is cancelled"),
            ("followup_rescheduled", "A follow-up gets another date"),
            ("followup_snoozed", "A follow-up is snoozed"),
            ("followup_woken", "A snoozed follow-up is back"),
            ("followup_delegated", "A follow-up goes to a colleague"),
            ("followup_passed_on", "A follow-up is passed on"),
            ("followup_reopened", "A completed follow-up is open again"),
            ("followup_edited", "A follow-up is edited"),
            ("followup_priority_changed", "A follow-up gets another priority"),
            ("followup_pinned", "A follow-up is pinned"),
            ("followup_tagged", "A follow-up gets a tag"),
            ("followup_deleted", "A follow-up is deleted"),
            ("followup_restored", "A deleted follow-up is brought back"),
            ("followup_undone", "Something about a follow-up is taken back"),
            ("escalated", "Something is escalated"),
            ("escalation_acknowledged", "Somebody takes on what was escalated"),
        ),
    ),
    (
        "Orders, classes, your website",
        (
            ("order_placed", "They place an order"),
            ("order_paid", "They pay an order"),
            ("order_abandoned", "They leave an order unfinished"),
            ("class_enrolled", "They enrol in a class"),
            ("class_attended", "They attend a class"),
            ("class_missed", "They miss a class"),
            ("page_viewed", "They look at a page"),
        ),
    ),
    (
        "The contact",
        (
            ("contact_created", "The contact is added"),
            ("contact_imported", "The contact comes with an import"),
            ("contact_changed", "Something about the contact changes"),
            ("lifecycle_changed", "Their lifecycle changes"),
            ("owner_changed", "They get another owner"),
            ("tag_added", "They get a tag"),
            ("tag_removed", "They lose a tag"),
            ("audience_joined", "They join an audience"),
            ("audience_left", "They leave an audience"),
            ("note_added", "A note is written"),
            ("note_changed", "A note is changed"),
            ("note_deleted", "A note is deleted"),
            ("contacts_merged", "Two contacts become one"),
            ("merge_undone", "A merge is taken back"),
            ("contact_deleted", "The contact is deleted"),
            ("contact_restored", "The contact is brought back"),
            ("person_invited", "A colleague is invited"),
        ),
    ),
    (
        "Partners",
        (
            ("partner_linked", "They are linked to a partner"),
            ("partner_unlinked", "They are no longer linked to a partner"),
            ("partner_created", "A partner is added"),
            ("partner_changed", "A partner is changed"),
            ("partner_given", "A partner gets another owner"),
            ("partner_deleted", "A partner is deleted"),
            ("partner_restored", "A partner is brought back"),
        ),
    ),
    (
        "Automations",
        (
            ("automation_entered", "They enter an automation"),
            ("automation_left", "They leave an automation"),
            ("automation_parked", "They need a look in an automation"),
        ),
    ),
)
OTHER = "Anything else"
#: Each kind of event in words.
SENTENCES = {value: words for _, rows in HAPPENINGS for value, words in rows}

#: How a card says in a few words what is waited for, where the kind's own name would not do.
SHORT = {
    "reply": "a reply",
    "message_clicked": "a click",
    "message_opened": "an opened message",
    "form_submitted": "a form",
    "meeting_logged": "a meeting",
    "call_logged": "a call",
    "followup_completed": "a completed follow-up",
    "order_placed": "an order",
    "order_paid": "a paid order",
    "payment_received": "a payment",
    "invoice_paid": "a paid invoice",
    "class_enrolled": "an enrolment",
    "class_attended": "an attended class",
    "document_received": "a document",
    "document_approved": "an approved document",
    "deal_stage_changed": "a moved deal",
    "deal_won": "a won deal",
    "deal_lost": "a lost deal",
    "tag_added": "a tag",
    "audience_joined": "an audience",
    "lifecycle_changed": "another lifecycle",
}


def event_words(event: str) -> str:
    """An awaited event in a few words."""
    return SHORT.get(event, plain_name(event).lower())


def plain_name(event: str) -> str:
    """The name of a kind that nobody has put into words: "custom.visa_granted" is "Visa granted"."""
    return event.removeprefix("custom.").replace("_", " ").capitalize()
