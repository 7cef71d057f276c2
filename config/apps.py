"""The top floor as an app: it has commands, and connects the floors below to the processes that run them."""

import gc

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Wires commits that left events to a worker."""

    name = "config"
    verbose_name = "Followthrough"

    def ready(self) -> None:
        """Let every commit with events wake a worker, and look for cycles of objects from here on, but not in what is loaded."""
        from config.wake import wake_worker
        from crm.dispatching import on_wake

        on_wake(wake_worker)
        gc.freeze()
        gc.enable()
