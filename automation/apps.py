"""The automations' floor as an app: what it registers when the project starts."""

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """Turns events and time into steps: one engine for workflows, sequences, playbooks."""

    name = "automation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register events, subscribers and sweeps."""
        from automation import (
            backlogs,
            dating,
            emptying,
            event_kinds,
            integrity,
            merging,
            news,
            noticing,
            refusing,
            running,
            switching,
            tidying,
        )
        from automation.effects import messages, notices
        from automation.models import Automation, AutomationPolicy
        from automation.views import journey
        from crm.audit import Audited, register_audited
        from crm.due import Sweep, register_sweep
        from crm.panels import register_panel

        event_kinds.register()
        messages.register()
        notices.register()
        noticing.register()
        merging.register()
        register_sweep(Sweep("automations", running.DUE_SQL, running.sweep_enrollments, slow=True))
        register_sweep(Sweep("automation_dates", dating.DUE_SQL, dating.sweep_clocks, slow=True))
        register_sweep(Sweep("automation_versions", tidying.DUE_SQL, tidying.tidy_versions))
        register_sweep(Sweep("automation_refusals", refusing.DUE_SQL, refusing.forget_refusals, slow=True))
        register_sweep(Sweep("automations_emptying", emptying.DUE_SQL, emptying.sweep_emptying, slow=True))
        news.register()
        integrity.register()
        backlogs.register()
        switching.register()
        register_panel("contact", "automations", journey.contact_panel)
        register_audited("automation", Audited("Automation", Automation, str, "/automations/{}/"))
        register_audited(
            "automation_policy", Audited("Limits of automations", AutomationPolicy, str, "/settings/automations/")
        )
