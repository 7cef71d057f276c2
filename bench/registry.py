"""The benchmarks there are, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bench.measurement import Measurement


@dataclass(frozen=True, slots=True)
class Bench:
    """`measure` gets the size and yields lines. `once` is for what does not depend on it: the smallest size only."""

    name: str
    measure: Callable[[int], Iterable[Measurement]]
    once: bool = False

    def at(self, size: int, sizes: list[int]) -> bool:
        return not self.once or size == min(sizes)


def chosen(only: set[str]) -> list[Bench]:
    """Return all benchmarks, or those named."""
    from bench import (
        audiences,
        deals,
        duplicates,
        gate,
        hooks,
        imports,
        pages,
        processes,
        sending,
        sweeps,
        triggers,
        workflows,
    )

    benches = [
        Bench("list_page", pages.list_page),
        Bench("dashboard_page", pages.dashboard_page),
        Bench("contact_page", pages.contact_page),
        Bench("kanban_page", deals.kanban_page),
        Bench("search", pages.search),
        Bench("action", pages.action),
        Bench("reminder_sweep", sweeps.reminder_sweep),
        Bench("event_dispatch", sweeps.event_dispatch),
        Bench("trigger_matching", triggers.trigger_matching),
        Bench("overdue_sweep", sweeps.overdue_sweep),
        Bench("audience_refresh", audiences.audience_refresh),
        Bench("import_contacts", imports.import_contacts),
        Bench("duplicates", duplicates.duplicates),
        Bench("workflow_steps", workflows.workflow_steps),
        Bench("gate", gate.gate, once=True),
        Bench("webhooks", hooks.webhooks, once=True),
        Bench("email_send", sending.email_send, once=True),
        Bench("memory", processes.memory, once=True),
        Bench("lateness", processes.lateness, once=True),
        Bench("idle", processes.idle, once=True),
    ]
    unknown = only - {bench.name for bench in benches}
    if unknown:
        raise SystemExit(f"no benchmark is called {', '.join(sorted(unknown))}")
    return [bench for bench in benches if not only or bench.name in only]
