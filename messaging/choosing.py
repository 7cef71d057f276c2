"""Which way a message goes (C6): the one asked for, else the one they prefer, else the cheapest that reaches them and is
allowed; and which could follow should it fail. One pure function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from messaging.contact_case import ContactFacts, Rules
from messaging.contact_rules import OF_THE_CHANNEL
from messaging.contact_sentences import CHANNEL_NAMES
from messaging.policy import Verdict

#: Between channels of the same cost, in this order.
ORDER = ("email", "whatsapp", "sms")


@dataclass(frozen=True, slots=True)
class Choice:
    """A channel, why, what the gate says about it now, and the channels left, in order, should it fail."""

    channel: str
    reason: str
    verdict: Verdict
    fallback: tuple[str, ...] = ()


def choose(
    verdicts: Mapping[str, Verdict],
    facts: ContactFacts,
    rules: Rules,
    *,
    wanted: str = "",
    by_hand: bool = False,
    others: bool = True,
) -> Choice:
    """Choose among the channels that the gate was asked about. With `others` false only the wanted one will do.

    A wanted channel that the contact has refused is refused: no other leads around what they want.
    """
    ranked = sorted(verdicts, key=lambda channel: _rank(channel, facts, rules, wanted))
    if wanted and not _leads_on(verdicts[wanted], others):
        return Choice(wanted, _asked_for(wanted, by_hand), verdicts[wanted])
    open_ = [channel for channel in ranked if verdicts[channel].verdict != "refuse"]
    if not open_:
        first = ranked[0]
        return Choice(first, "", _no_way(ranked, verdicts))
    chosen, left = open_[0], tuple(open_[1:]) if others else ()
    return Choice(chosen, _why(chosen, open_, verdicts, facts, rules, wanted, by_hand), verdicts[chosen], left)


def _leads_on(verdict: Verdict, others: bool) -> bool:
    """Whether another channel may be looked at: the wanted one is open, or only the way itself is shut."""
    return verdict.verdict != "refuse" or (others and verdict.rule in OF_THE_CHANNEL)


def _rank(channel: str, facts: ContactFacts, rules: Rules, wanted: str) -> tuple[bool, bool, float, int]:
    cost = rules.costs.get(channel, float("inf"))
    place = ORDER.index(channel) if channel in ORDER else len(ORDER)
    return channel != wanted, channel != facts.preferred, cost, place


def _no_way(ranked: Sequence[str], verdicts: Mapping[str, Verdict]) -> Verdict:
    """The refusal of the first channel; with those of the others where they differ."""
    first = verdicts[ranked[0]]
    sentences = list(dict.fromkeys(verdicts[channel].sentence for channel in ranked))
    if len(sentences) == 1:
        return first
    return Verdict("refuse", first.rule, " ".join(["No way is open.", *sentences])[:300], facts=first.facts)


def _asked_for(channel: str, by_hand: bool) -> str:
    return f"By {CHANNEL_NAMES.get(channel, channel)}: {'chosen by hand' if by_hand else 'asked for'}."


def _why(
    chosen: str,
    open_: Sequence[str],
    verdicts: Mapping[str, Verdict],
    facts: ContactFacts,
    rules: Rules,
    wanted: str,
    by_hand: bool,
) -> str:
    if chosen == wanted:
        return _asked_for(chosen, by_hand)
    how = CHANNEL_NAMES.get(chosen, chosen)
    instead = wanted or (facts.preferred if facts.preferred in verdicts and facts.preferred not in open_ else "")
    if instead:
        return f"By {how}, not by {CHANNEL_NAMES.get(instead, instead)}. {verdicts[instead].sentence}"
    if chosen == facts.preferred:
        return f"By {how}: {facts.name} prefers it."
    dearer = [other for other in open_ if rules.costs.get(other, float("inf")) > rules.costs.get(chosen, float("inf"))]
    if len(open_) == 1:
        return f"By {how}: the only way that reaches {facts.name} and is allowed."
    if dearer:
        return f"By {how}: the cheapest that reaches {facts.name}; {CHANNEL_NAMES.get(dearer[0], dearer[0])} would cost more."
    return f"By {how}: it reaches {facts.name} and costs no more than the others."
