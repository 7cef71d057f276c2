"""Before an automation is switched on: the list of what stops it or is to be known, and how many people to expect (D14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from automation.braking import brake_for
from automation.checks.owners import owners
from automation.checks.references import missing
from automation.checks.shape import Check
from automation.checks.templates import messages
from automation.checks.wording import conditions, shape
from automation.definition.reading import BadDefinition, read_definition
from automation.definition.whole import Definition
from automation.forecasting import Forecast, forecast
from automation.models import Automation, AutomationPolicy, AutomationVersion

if TYPE_CHECKING:
    from crm.models import User


@dataclass(frozen=True, slots=True)
class Preflight:
    """`checks` with what stops first; `forecast` is None where the definition cannot be read at all. `brake` is how many
    may enter in a day before it pauses itself; `needs_second`: another person must confirm."""

    checks: Sequence[Check]
    forecast: Forecast | None
    brake: int
    limit: int
    needs_second: bool

    @property
    def stops(self) -> list[Check]:
        """What keeps it from being switched on."""
        return [one for one in self.checks if one.level == "stop"]


def checks_of(definition: Definition, user: User | None) -> list[Check]:
    """The lines of the list, what stops first; a fixed number of queries."""
    found = [
        *shape(definition),
        *conditions(definition, user),
        *missing(definition),
        *messages(definition),
        *owners(definition),
    ]
    return sorted(found, key=lambda one: ("stop", "warn", "ok").index(one.level))


def preflight_list(version: AutomationVersion, user: User | None) -> list[Check]:
    """The list alone, for a page that is drawn often."""
    try:
        return checks_of(read_definition(version.definition), user)
    except BadDefinition as bad:
        return [Check("shape", "stop", one.sentence, one.step, one.field) for one in bad.problems]


def preflight(automation: Automation, version: AutomationVersion, *, user: User, now: datetime) -> Preflight:
    """The whole of it, as switching on asks it."""
    policy = AutomationPolicy.objects.current()
    lines = preflight_list(version, user)
    try:
        expected = forecast(read_definition(version.definition), automation.pk, user, now=now)
    except BadDefinition:
        expected = None
    number = expected.per_day if expected else 0
    brake = brake_for(number, factor=policy.brake_factor, least=policy.brake_least)
    return Preflight(lines, expected, brake, policy.approve_above, number > policy.approve_above)
