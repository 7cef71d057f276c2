"""The automations' floor as an app: what it registers when the project starts."""

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """Turns events and time into steps: one engine for workflows, sequences, playbooks."""

    name = "automation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register events, subscribers and sweeps."""
        from automation import event_kinds, noticing, running
        from automation.models import Automation
        from crm.audit import Audited, register_audited
        from crm.due import Sweep, register_sweep

        event_kinds.register()
        noticing.register()
        register_sweep(Sweep("automations", running.DUE_SQL, running.sweep_enrollments))
        register_audited("automation", Audited("Automation", Automation, str, "/automations/{}/"))
