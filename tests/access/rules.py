"""Who may open which page. Every route must stand here; tests/access/test_pages.py walks them all as everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

#: Record -> who sees Sam's. Mara manages his team; Noor is in it, but agents see only their own.
SEEN_BY = {
    "contact": {"ada", "mara", "sam", "vera"},
    "followup": {"ada", "mara", "sam", "vera"},
    "note": {"ada", "mara", "sam", "vera"},
    "invoice": {"ada", "mara", "sam", "vera"},
    "document": {"ada", "mara", "sam", "vera"},
    "deal": {"ada", "mara", "sam", "vera"},
    "message": {"ada", "sam"},
    "letter": {"ada", "mara", "sam", "vera"},
    "stranger": {"ada", "mara", "vera"},
    "import": {"ada", "mara", "sam"},
    "absence": {"ada", "sam"},
    "view": {"sam"},
    "contact_view": {"sam"},
    "token": {"sam"},
    "undo": {"sam"},
    "notice": {"sam"},
}


@dataclass(frozen=True, slots=True)
class Rule:
    """`need` is a permission; `record` is whose sight counts; `given` fills the route's parameters.

    `silent`: for the others the page does nothing and says nothing. `anyone`: no sign-in. `also` are statuses that
    are right here besides the usual ones.
    """

    need: str = ""
    record: str = ""
    given: dict[str, Any] = field(default_factory=dict)
    silent: bool = False
    anyone: bool = False
    also: frozenset[int] = frozenset()


def _open(*also: int, **given: Any) -> Rule:
    return Rule(anyone=True, given=given, also=frozenset(also))


def _needs(permission: str, *also: int, **given: Any) -> Rule:
    return Rule(need=permission, given=given, also=frozenset(also))


def _of(record: str, permission: str, *also: int, name: str = "pk") -> Rule:
    return Rule(need=permission, record=record, given={name: record}, also=frozenset(also))


def _own(record: str, name: str = "pk", need: str = "", *also: int) -> Rule:
    return Rule(need=need, record=record, given={name: record}, silent=True, also=frozenset(also))


ANYBODY = Rule()  # who is signed in

RULES: dict[str, Rule] = {
    # probes and documentation
    "healthz": _open(),
    "readyz": _open(503),
    "metrics": _open(),
    "api-docs": _open(),
    "openapi-json": _open(),
    "api-root": _open(404),
    "styleguide": _open(404),
    # links that are their own proof
    "join": _open(410, token="join"),
    "action_link": _open(410, token="=forged"),
    "calendar_feed": _open(404, 410, token="=forged"),
    "track_open": _open(token="=forged"),
    "track_click": _open(404, token="=forged"),
    "unsubscribe": _open(404, token="=forged"),
    "contact_choices": _open(404, token="=forged"),
    # addresses that providers call; who calls must prove it
    "hook_email_events": _open(403, 405, provider="=postmark"),
    "hook_email_inbound": _open(403, 405, provider="=postmark"),
    "hook_twilio_status": _open(403, 405),
    "hook_twilio_inbound": _open(403, 405),
    "hook_whatsapp_cloud": _open(403, 405),
    # everybody's
    "dashboard": ANYBODY,
    "help": ANYBODY,
    "help_subject": Rule(given={"slug": "=team"}),
    "notifications": ANYBODY,
    "notifications_read": ANYBODY,
    "notifications_mute": Rule(given={"kind": "=reminder"}),
    "notification_open": _own("notice"),
    "undo": _own("undo", "step"),
    "settings": ANYBODY,
    "settings_me": ANYBODY,
    "settings_notifications": ANYBODY,
    "push_add": ANYBODY,
    "push_remove": ANYBODY,
    "push_worker": _open(),
    "calendar_settings": ANYBODY,
    "settings_absences": ANYBODY,
    "settings_absence_delete": _of("absence", "", name="absence_id"),
    "settings_tokens": ANYBODY,
    "settings_token_revoke": _own("token", "token_id"),
    # contacts
    "contacts": _needs("contacts.view"),
    "contacts_filter": _needs("contacts.view"),
    "condition_builder": _needs("contacts.view"),
    "condition_where": _needs("contacts.view", name="=contacts"),
    "contacts_export": _needs("contacts.export"),
    "contacts_save_view": _needs("contacts.view"),
    "contacts_drop_view": _own("contact_view", need="contacts.view"),
    "contacts_bulk": _needs("contacts.view", 403, 404, action="=tag"),
    "contact_new": _needs("contacts.edit"),
    "contacts_similar": _needs("contacts.view"),
    "contact": _of("contact", "contacts.view"),
    "contact_edit": _of("contact", "contacts.edit"),
    "contact_timeline": _of("contact", "contacts.view"),
    "contact_notes": _of("contact", "contacts.view", 403),
    "contact_preferences": _of("contact", "contacts.view", 403),
    "contact_wishes": _of("contact", "contacts.view"),
    "contact_lifecycle": _of("contact", "contacts.edit"),
    "contact_give": _of("contact", "contacts.assign"),
    "contact_tags": _of("contact", "contacts.edit"),
    "contact_delete": _of("contact", "contacts.delete"),
    "contact_restore": _of("contact", "contacts.delete", 404),
    "note_edit": _of("note", "contacts.edit"),
    "note_pin": _of("note", "contacts.edit"),
    "note_delete": _of("note", "contacts.edit"),
    "tags": _needs("contacts.view", 403),
    "tag_edit": _needs("tags.manage", pk="tag"),
    "tag_delete": _needs("tags.manage", pk="tag"),
    "search": _needs("contacts.view"),
    "imports": _needs("contacts.import"),
    "import_new": _needs("contacts.import"),
    "import": _of("import", "contacts.import"),
    "import_result": _of("import", "contacts.import"),
    "import_undo": _of("import", "contacts.import"),
    "import_discard": _of("import", "contacts.import"),
    # audiences
    "audiences": _needs("audiences.view"),
    "audience_new": _needs("audiences.edit"),
    "audience_look": _needs("audiences.edit"),
    "audience": _needs("audiences.view", pk="audience"),
    "audience_edit": _needs("audiences.edit", pk="audience"),
    "audience_delete": _needs("audiences.edit", pk="audience"),
    "audience_again": _needs("audiences.edit", pk="audience"),
    "audience_put": _needs("audiences.edit", pk="audience"),
    "audience_take": _needs("audiences.edit", pk="audience"),
    "contact_audiences": _of("contact", "audiences.edit"),
    # events of other systems
    "outside_events": _needs("settings.manage"),
    "outside_again": _needs("settings.manage"),
    "outside_leave": _needs("settings.manage"),
    "outside_refused": _needs("settings.manage", pk="refused_event"),
    "outside_attach": _needs("settings.manage", pk="refused_event"),
    # deals
    "deals": _needs("deals.view"),
    "deals_list": _needs("deals.view"),
    "deals_filter": _needs("deals.view"),
    "deals_export": _needs("contacts.export"),
    "deal_new": _needs("deals.edit"),
    "deal": _of("deal", "deals.view"),
    "deal_edit": _of("deal", "deals.edit"),
    "deal_give": _of("deal", "deals.edit"),
    "deal_delete": _of("deal", "deals.delete"),
    "deal_move": _of("deal", "deals.edit"),
    "deal_win": _of("deal", "deals.edit"),
    "deal_lose": _of("deal", "deals.edit"),
    "deal_reopen": _of("deal", "deals.edit"),
    "contact_deals": _of("contact", "deals.view"),
    "settings_pipelines": _needs("settings.manage"),
    "settings_pipeline_new": _needs("settings.manage"),
    "settings_pipeline": _needs("settings.manage", pk="pipeline"),
    "settings_pipeline_archive": _needs("settings.manage", pk="pipeline"),
    "settings_stage_new": _needs("settings.manage", pk="pipeline"),
    "settings_stage": _needs("settings.manage", pk="pipeline", stage_id="stage"),
    "settings_stage_shift": _needs("settings.manage", pk="pipeline", stage_id="stage"),
    "settings_stage_archive": _needs("settings.manage", pk="pipeline", stage_id="stage"),
    "settings_reason_new": _needs("settings.manage", kind="=lost"),
    "settings_reason": _needs("settings.manage", pk="reason"),
    "settings_reason_archive": _needs("settings.manage", pk="reason"),
    "settings_products": _needs("settings.manage"),
    "settings_product_new": _needs("settings.manage"),
    "settings_product": _needs("settings.manage", pk="product"),
    "settings_product_archive": _needs("settings.manage", pk="product"),
    # follow-ups
    "focus": _needs("followups.view"),
    "focus_done": _of("followup", "followups.edit", 404),
    "followups": _needs("followups.view"),
    "followups_filter": _needs("followups.view"),
    "followups_save_view": _needs("followups.view"),
    "followups_drop_view": _own("view", need="followups.view"),
    "followups_export": _needs("contacts.export"),
    "followup_new": _needs("followups.edit"),
    "followup_contacts": _needs("contacts.view"),
    "followup_partners": _needs("partners.view"),
    "followups_bulk": _needs("followups.edit", action="=complete"),
    "followup": _of("followup", "followups.view"),
    "followup_more": _of("followup", "followups.edit"),
    "followup_note": _of("followup", "contacts.edit"),
    "followup_edit": _of("followup", "followups.edit"),
    "followup_complete": _of("followup", "followups.edit"),
    "followup_start": _of("followup", "followups.edit"),
    "followup_snooze": _of("followup", "followups.edit"),
    "followup_wake": _of("followup", "followups.edit"),
    "followup_reschedule": _of("followup", "followups.edit"),
    "followup_delegate": _of("followup", "followups.assign"),
    "followup_cancel": _of("followup", "followups.edit"),
    "followup_reopen": _of("followup", "followups.edit"),
    "followup_pin": _of("followup", "followups.edit"),
    "followup_priority": _of("followup", "followups.edit"),
    "followup_acknowledge": _of("followup", "followups.edit"),
    "followup_delete": _of("followup", "followups.delete"),
    "contact_followups": _of("contact", "followups.view"),
    "contact_log": _of("contact", "followups.edit"),
    "followup_sets_use": _needs("followups.edit"),
    "invoices": _needs("invoices.view"),
    "invoices_export": _needs("contacts.export"),
    "invoice_new": _needs("invoices.edit"),
    "invoice": _of("invoice", "invoices.view"),
    "invoice_edit": _of("invoice", "invoices.edit"),
    "invoice_pay": _of("invoice", "invoices.edit"),
    "invoice_void": _of("invoice", "invoices.edit"),
    "invoice_reopen": _of("invoice", "invoices.edit"),
    "contact_invoices": _of("contact", "invoices.view"),
    "deal_followups": _of("deal", "followups.view"),
    "document_followups": _of("document", "followups.view"),
    "invoice_followups": _of("invoice", "followups.view"),
    # messages
    "inbox": _needs("messages.view"),
    "talk": _of("contact", "messages.view", name="contact_id"),
    "talk_write": _of("contact", "messages.send", name="contact_id"),
    "talk_ways": _of("contact", "messages.send", name="contact_id"),
    "talk_settle": _of("contact", "messages.send", name="contact_id"),
    "messages": _needs("messages.view"),
    "message": _of("message", "messages.view"),
    "message_body": _of("message", "messages.view"),
    "message_file": Rule(
        need="messages.view", record="letter", given={"pk": "letter", "file": "=0"}, also=frozenset({404})
    ),
    "message_cancel": _of("letter", "messages.send"),
    "message_settle": _of("letter", "messages.send"),
    "message_retry": _of("letter", "messages.send"),
    "contact_messages": _of("contact", "messages.view"),
    "stranger": _of("stranger", "messages.view"),
    "stranger_attach": _of("stranger", "messages.send"),
    "stranger_new": _of("stranger", "contacts.edit"),
    "stranger_aside": _of("stranger", "messages.send"),
    "message_templates": _needs("messages.view"),
    "message_template_gallery": _needs("templates.manage"),
    "message_template_new": _needs("templates.manage"),
    "message_template_draft": _needs("templates.manage"),
    "message_template": _needs("messages.view", pk="message_template"),
    "message_template_edit": _needs("templates.manage", pk="message_template"),
    "message_template_body": _needs("messages.view", pk="message_template"),
    "message_template_test": _needs("messages.send", pk="message_template"),
    "message_template_duplicate": _needs("templates.manage", pk="message_template"),
    "message_template_archive": _needs("templates.manage", pk="message_template"),
    "message_template_drop": _needs("templates.manage", pk="message_template"),
    # the team and its settings
    "settings_people": _needs("team.manage"),
    "settings_invite": _needs("team.manage"),
    "settings_invitation_revoke": _needs("team.manage", invitation_id="invitation"),
    "settings_person": _needs("team.manage", person_id="person"),
    "settings_person_close": _needs("team.manage", person_id="person"),
    "settings_person_open": _needs("team.manage", person_id="person"),
    "settings_hand_over": _needs("team.manage", person_id="person"),
    "settings_teams": _needs("team.manage"),
    "settings_team_new": _needs("team.manage"),
    "settings_team": _needs("team.manage", team_id="team"),
    "settings_team_delete": _needs("team.manage", team_id="team"),
    "settings_organisation": _needs("settings.manage"),
    "settings_roles": _needs("settings.manage"),
    "settings_fields": _needs("settings.manage"),
    "settings_field_new": _needs("settings.manage"),
    "settings_field": _needs("settings.manage", field_id="field"),
    "settings_field_archive": _needs("settings.manage", field_id="field"),
    "settings_field_move": _needs("settings.manage", field_id="field"),
    "settings_field_bring_back": _needs("settings.manage", field_id="field"),
    "settings_types": _needs("settings.manage"),
    "settings_type_new": _needs("settings.manage"),
    "settings_type": _needs("settings.manage", entry_id="type"),
    "settings_type_archive": _needs("settings.manage", entry_id="type"),
    "settings_outcome_new": _needs("settings.manage"),
    "settings_outcome": _needs("settings.manage", entry_id="outcome"),
    "settings_outcome_archive": _needs("settings.manage", entry_id="outcome"),
    "settings_templates": _needs("settings.manage"),
    "settings_template_new": _needs("settings.manage"),
    "settings_template": _needs("settings.manage", entry_id="template"),
    "settings_template_archive": _needs("settings.manage", entry_id="template"),
    "settings_sets": _needs("settings.manage"),
    "settings_set_new": _needs("settings.manage"),
    "settings_set": _needs("settings.manage", entry_id="set"),
    "settings_set_archive": _needs("settings.manage", entry_id="set"),
    "settings_messages": _needs("settings.manage"),
    "settings_suppressions": _needs("suppressions.manage"),
    "settings_suppression_new": _needs("suppressions.manage"),
    "settings_suppression_lift": _needs("suppressions.manage", stop_id="stop"),
    "settings_chat": _needs("settings.manage"),
    "settings_chat_new": _needs("settings.manage"),
    "settings_chat_room": _needs("settings.manage", room_id="room"),
    "settings_chat_try": _needs("settings.manage", room_id="room"),
    "settings_chat_remove": _needs("settings.manage", room_id="room"),
    "settings_audit": _needs("audit.view"),
    "settings_audit_export": _needs("audit.view"),
    "operations": _needs("operations.view"),
    "operations_retry": _needs("operations.view", parked_id="parked"),
    "operations_skip": _needs("operations.view", parked_id="parked"),
    "operations_arrival_again": _needs("operations.view", arrival_id="arrival"),
    "operations_arrival_left": _needs("operations.view", arrival_id="arrival"),
}

#: Signing in belongs to allauth; its pages are walked for errors only.
NOT_OURS = ("account_", "mfa_", "usersessions_")
