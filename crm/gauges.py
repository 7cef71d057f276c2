"""Figures about the data that operators watch: each floor registers its own, the metrics page reads them all."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gauge:
    """A named number: `sql` is a scalar SELECT without parameters, cheap enough to run every few seconds."""

    name: str
    help: str
    sql: str


_gauges: dict[str, Gauge] = {}


def register_gauge(*, name: str, help: str, sql: str) -> None:
    """Add a gauge; call it from an app's `ready`. The same name again replaces the first."""
    _gauges[name] = Gauge(name, help, sql)


def registered_gauges() -> list[Gauge]:
    """Return the gauges in the order of their names."""
    return [_gauges[name] for name in sorted(_gauges)]
