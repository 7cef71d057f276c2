"""How sure a figure is: rates with their intervals, and the difference between two of them. Pure.

A rate of few people says little, and a difference of two such rates less. So no rate is shown without its interval, and
no difference is called one while its interval holds zero. docs/decisions/0016 says why these methods.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

#: The normal quantile for intervals that hold the truth in 95 of 100 cases.
Z95 = 1.959963984540054
#: Below so many people a group is not compared: its interval would say nothing, and the eye would see a trend.
FEWEST = 20


@dataclass(frozen=True, slots=True)
class Rate:
    """`hits` of `cases`, with the bounds of its 95 % interval; all between 0 and 1. No cases: no rate."""

    hits: int
    cases: int
    rate: float
    low: float
    high: float


def rate_of(hits: int, cases: int) -> Rate | None:
    """The rate with Wilson's score interval, which holds for few cases and for rates near 0 and 1.

    E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927) 209–212, in the
    form of R. G. Newcombe, Statistics in Medicine 17 (1998) 857–872, method 3. None without cases. Raises ValueError for
    counts that cannot be.
    """
    if not 0 <= hits <= cases:
        raise ValueError(f"{hits} of {cases}")
    if cases == 0:
        return None
    rate, z2 = hits / cases, Z95 * Z95
    middle = 2 * hits + z2
    spread = Z95 * sqrt(z2 + 4 * hits * (1 - rate))
    low = (middle - spread) / (2 * (cases + z2))
    high = (middle + spread) / (2 * (cases + z2))
    # Rounding must not push a bound past the rate itself.
    return Rate(hits, cases, rate, max(0.0, min(low, rate)), min(1.0, max(high, rate)))


@dataclass(frozen=True, slots=True)
class Difference:
    """How much more often it happened in the first group than in the second, with its 95 % interval; from -1 to 1.
    `enough` is false where a group is too small to compare."""

    first: Rate
    second: Rate
    difference: float
    low: float
    high: float

    @property
    def enough(self) -> bool:
        return min(self.first.cases, self.second.cases) >= FEWEST

    @property
    def is_one(self) -> bool:
        """Whether the groups differ, as far as 95 % can say: the interval lies on one side of zero."""
        return self.enough and (self.low > 0 or self.high < 0)


def difference_of(first: Rate, second: Rate) -> Difference:
    """The difference of two independent rates with Newcombe's hybrid score interval: R. G. Newcombe, "Interval estimation
    for the difference between independent proportions", Statistics in Medicine 17 (1998) 873–890, method 10."""
    delta = first.rate - second.rate
    below = sqrt((first.rate - first.low) ** 2 + (second.high - second.rate) ** 2)
    above = sqrt((first.high - first.rate) ** 2 + (second.rate - second.low) ** 2)
    return Difference(first, second, delta, max(-1.0, delta - below), min(1.0, delta + above))
