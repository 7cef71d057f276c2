"""Beat's scheduler: django-celery-beat's, asking the database less often."""

from time import monotonic

from django_celery_beat.schedulers import DatabaseScheduler

LOOK_EVERY = 10  # seconds until an administrator's change to the schedule is noticed


class CalmScheduler(DatabaseScheduler):
    """Looks for a changed schedule every few seconds instead of at every tick: a quiet house asks little."""

    _look_at = 0.0

    def schedule_changed(self) -> bool:
        """Say whether the schedule in the database differs from ours, as far as we have looked."""
        if monotonic() < self._look_at:
            return False
        self._look_at = monotonic() + LOOK_EVERY
        return bool(super().schedule_changed())
