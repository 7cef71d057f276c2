"""The follow-ups' floor as an app: what it registers when the project starts."""

from django.apps import AppConfig


class FollowUpsConfig(AppConfig):
    """The follow-up and its whole life in time."""

    name = "followups"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register events, notices, undo, subscribers and sweeps."""
        from crm.audit import Audited, register_audited
        from crm.dispatching import Subscriber, subscribe
        from crm.due import Sweep, register_sweep
        from crm.importing.records.kinds import register_kind
        from crm.panels import register_panel
        from crm.undo import register_undoer
        from followups import (
            answered,
            arrived,
            backlogs,
            checkins,
            conditions,
            dated_notes,
            digest,
            escalation,
            event_kinds,
            gone_contacts,
            handing_over,
            integrity,
            left_started,
            merging,
            notice_kinds,
            occasions,
            overdue,
            reminders,
            renewals,
            searching,
            speed_to_lead,
            undoing,
        )
        from followups.importing.taking import KIND as IMPORT_KIND
        from followups.models import FollowUp
        from followups.views import contact_tab, panels, partner_panel, resting

        event_kinds.register()
        notice_kinds.register()
        searching.register()
        register_undoer(undoing.KIND, undoing.take_back)
        register_undoer(undoing.KIND_CREATED, undoing.take_back_created)
        subscribe(Subscriber("speed_to_lead", speed_to_lead.KINDS, speed_to_lead.welcome_leads))
        subscribe(Subscriber("dated_notes", dated_notes.KINDS, dated_notes.follow_up_notes))
        subscribe(Subscriber("gone_contacts", gone_contacts.KINDS, gone_contacts.go_with_contacts))
        subscribe(Subscriber("gone_partners", gone_contacts.PARTNER_KINDS, gone_contacts.go_with_partners))
        register_sweep(Sweep("reminders", reminders.DUE_SQL, reminders.sweep_reminders))
        register_sweep(Sweep("speed_to_lead", speed_to_lead.DUE_SQL, speed_to_lead.sweep_first_contacts))
        register_sweep(Sweep("overdue", overdue.DUE_SQL, overdue.sweep_overdue))
        register_sweep(Sweep("left_started", left_started.DUE_SQL, left_started.sweep_left_started))
        answered.register()
        occasions.register()
        arrived.register()
        renewals.register()
        escalation.register()
        checkins.register()
        conditions.register()
        digest.register()
        handing_over.register()
        merging.register()
        integrity.register()
        backlogs.register()
        register_kind(IMPORT_KIND)
        register_panel("contact", "followups", contact_tab.contact_panel)
        register_panel("partner", "followups", partner_panel.panel)
        register_panel("organisation", "resting", resting.organisation_panel)
        for kind in panels.KINDS:
            register_panel(kind, "followups", panels.panel(kind))
        register_audited("followup", Audited("Follow-up", FollowUp, str, "/followups/{}/"))
