"""Who opened or clicked: a person, or a machine on the way to them. Decided from all hits of one message at once.

Rules in order, the first that fits; docs/tracking.md gives the source of each. A hit is only ever labelled: it stays.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from messaging.tracking.known_machines import APPLE, proxy_named, robot_named, scanner_at

PERSON, MACHINE, UNKNOWN = "person", "machine", "unknown"

#: How long a hit waits for its neighbours before it is judged.
WAIT = timedelta(seconds=10)
#: Nobody has found, opened and read a mail so soon after it was delivered.
SOON = {"opened": timedelta(seconds=2), "clicked": timedelta(seconds=5)}
#: So many different links within so much time are followed by machines only.
BURSTS = ((2, timedelta(seconds=1)), (3, timedelta(seconds=5)))
#: And all links of a mail, where it has at least three.
ALL_LINKS, ALL_WITHIN = 3, timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """One stored hit. `network` as `noting.network_of` writes it; `provider` is empty where our own address was called."""

    id: int
    kind: str
    at: datetime
    url: str = ""
    user_agent: str = ""
    network: str = ""
    provider: str = ""
    method: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Label:
    """Whom a hit is laid to, and the rule in plain words."""

    actor: str
    rule: str


def label(hits: Sequence[Seen], *, delivered_at: datetime | None, links: Collection[str] = ()) -> dict[int, Label]:
    """Label all hits of one message. `links` are those that the mail holds; empty where that is not known."""
    traps = [hit for hit in hits if hit.hidden]
    bursts = _bursts([hit for hit in hits if hit.kind == "clicked" and not hit.hidden], set(links))
    return {hit.id: _label(hit, delivered_at, traps, bursts) for hit in hits}


def _label(hit: Seen, delivered_at: datetime | None, traps: Sequence[Seen], bursts: dict[int, str]) -> Label:
    machine = (
        _by_itself(hit)
        or _too_soon(hit, delivered_at)
        or bursts.get(hit.id, "")
        or _in_company(hit, traps)
    )  # fmt: skip
    if machine:
        return Label(MACHINE, machine)
    if not hit.user_agent:
        return Label(UNKNOWN, "The provider does not say which program it was.")
    if hit.kind == "opened" and (proxy := proxy_named(hit.user_agent)):
        return Label(PERSON, f"{proxy} fetched the picture when the mail was opened.")
    return Label(PERSON, "Nothing speaks for a machine.")


def _by_itself(hit: Seen) -> str:
    """What the call alone tells."""
    if hit.hidden:
        return "It followed a link that no person can see."
    if hit.method == "HEAD":
        return "It only asked whether the address exists."
    if hit.method == "prefetch":
        return "A browser loaded it in case somebody would want it."
    if not hit.user_agent:
        return "" if hit.provider else "It does not say which program it is, as browsers and mail clients do."
    if hit.kind == "opened" and hit.user_agent.strip() == APPLE:
        return "Apple Mail loads the pictures of every mail, read or not."
    if hit.kind == "opened" and proxy_named(hit.user_agent):
        return ""
    if robot := robot_named(hit.user_agent):
        return f"The program calls itself a robot: “{robot}”."
    if hit.kind == "clicked" and (scanner := scanner_at(hit.network)):
        return f"It came from the mail filter of {scanner}."
    return ""


def _too_soon(hit: Seen, delivered_at: datetime | None) -> str:
    if delivered_at is None:
        return ""
    after = hit.at - delivered_at
    if after < timedelta(0):
        return "It came before the mail was delivered."
    if after < SOON[hit.kind]:
        return f"It came {after.total_seconds():.0f} seconds after delivery, sooner than anybody reads."
    return ""


def _in_company(hit: Seen, traps: Sequence[Seen]) -> str:
    """Whoever follows the hidden link is a machine throughout: at that moment, and under that name from that network."""
    for trap in traps:
        if abs(hit.at - trap.at) <= WAIT:
            return "A link that no person can see was followed in the same moment."
        if hit.user_agent and (hit.user_agent, hit.network) == (trap.user_agent, trap.network):
            return "The same program also followed a link that no person can see."
    return ""


def _bursts(clicks: Sequence[Seen], links: set[str]) -> dict[int, str]:
    """The clicks that came in a burst, each with the rule that says so."""
    ordered = sorted(clicks, key=lambda hit: hit.at)
    found: dict[int, str] = {}
    for least, within in BURSTS:
        for group, different in _windows(ordered, within):
            if len(different) >= least:
                said = f"{len(different)} different links were followed within {within.total_seconds():.0f} seconds."
                found |= {hit.id: said for hit in group if hit.id not in found}
    if len(links) >= ALL_LINKS:
        for group, different in _windows(ordered, ALL_WITHIN):
            if links <= different:
                said = f"All {len(links)} links of the mail were followed within a minute."
                found |= {hit.id: said for hit in group if hit.id not in found}
    return found


def _windows(ordered: Sequence[Seen], within: timedelta) -> Iterator[tuple[Sequence[Seen], set[str]]]:
    """Each stretch of hits that fits into the time, with the different links in it."""
    start = 0
    for end, hit in enumerate(ordered):
        while hit.at - ordered[start].at > within:
            start += 1
        if end > start:
            yield ordered[start : end + 1], {one.url for one in ordered[start : end + 1]}
