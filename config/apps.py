"""The top floor as an app: it has commands, and connects the floors below to the processes that run them."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Wires commits that left events to a worker."""

    name = "config"
    verbose_name = "Followthrough"

    def ready(self) -> None:
        """Let every commit with events wake a worker."""
        from config.wake import wake_worker
        from crm.dispatching import on_wake

        on_wake(wake_worker)
