"""The automations' floor as an app: what it registers when the project starts."""

from django.apps import AppConfig


class AutomationConfig(AppConfig):
    """Turns events and time into steps: one engine for workflows, sequences, playbooks."""

    name = "automation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register events, subscribers and sweeps."""
        from automation import emptying, event_kinds, merging, news, noticing, running, switching
        from automation.effects import notices
        from automation.models import Automation
        from crm.audit import Audited, register_audited
        from crm.due import Sweep, register_sweep

        event_kinds.register()
        notices.register()
        noticing.register()
        merging.register()
        register_sweep(Sweep("automations", running.DUE_SQL, running.sweep_enrollments, slow=True))
        register_sweep(Sweep("automations_emptying", emptying.DUE_SQL, emptying.sweep_emptying, slow=True))
        news.register()
        switching.register()
        register_audited("automation", Audited("Automation", Automation, str, "/automations/{}/"))
