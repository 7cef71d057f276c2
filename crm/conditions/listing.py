"""A condition in the address of a list: `?where=JSON`, read, written and named."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django.db.models import Q

from crm.conditions.allowed import refuse_unseen
from crm.conditions.compiling import as_q
from crm.conditions.language import BadCondition, read
from crm.conditions.saying import in_words
from crm.conditions.tree import Condition
from crm.models import Organisation, User

#: An address has room for about 4,000 characters, and the list's other filters want some of it.
LONGEST = 2800


def read_text(text: str) -> Condition:
    """A condition from its JSON. Raises BadCondition."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadCondition([("", "This condition cannot be read; build it anew.")]) from None
    return read(data)


def as_text(data: dict[str, Any]) -> str:
    """The condition as an address holds it. Raises BadCondition where it is too long for one."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    if len(quote(text)) > LONGEST:
        raise BadCondition([("", "This is too long for a list’s address. Make an audience of it instead.")])
    return text


def zone() -> str:
    """Whose calendar days count: the organisation's."""
    return Organisation.objects.current().time_zone


def where_q(text: str, now: datetime, user: User) -> Q:
    """The contacts that the text asks for. Raises BadCondition, also for what the user's role may not ask."""
    condition = read_text(text)
    refuse_unseen(condition, user)
    return as_q(condition, now=now, zone=zone())


def where_words(text: str) -> str:
    """The text in words. Raises BadCondition."""
    return in_words(read_text(text))
