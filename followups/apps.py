"""The follow-ups' floor as an app: what it registers when the project starts."""

from django.apps import AppConfig


class FollowUpsConfig(AppConfig):
    """The follow-up and its whole life in time."""

    name = "followups"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register events, notices, undo, subscribers and sweeps."""
        from crm.due import Sweep, register_sweep
        from crm.undo import register_undoer
        from followups import checkins, escalation, event_kinds, handing_over, notice_kinds, reminders, undoing

        event_kinds.register()
        notice_kinds.register()
        register_undoer(undoing.KIND, undoing.take_back)
        register_undoer(undoing.KIND_CREATED, undoing.take_back_created)
        register_sweep(Sweep("reminders", reminders.DUE_SQL, reminders.sweep_reminders))
        escalation.register()
        checkins.register()
        handing_over.register()
