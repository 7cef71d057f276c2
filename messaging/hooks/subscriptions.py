"""Saying yes when Amazon SNS asks whether we want the news of a topic of ours; the call has been verified before."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from messaging.hooks import sns
from messaging.models import Arrival


def read_subscriptions(arrivals: Sequence[Arrival], now: datetime) -> Mapping[int, str]:
    """Reader: confirm each at the address of SNS that it names. While Amazon is away, it is tried again."""
    said = {}
    for arrival in arrivals:
        message = json.loads(bytes(arrival.raw or b"{}"))
        try:
            sns.confirm(str(message.get("SubscribeURL", "")))
        except ValueError as problem:
            said[arrival.pk] = str(problem)
    return said
