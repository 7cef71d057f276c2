"""What it means for a message when an HTTP request to a provider does not end in an answer (the `requests` library)."""

from __future__ import annotations

import requests
from urllib3.exceptions import NewConnectionError

from messaging.channels.shape import Answer, Outcome


def unanswered(problem: Exception, who: str) -> Answer:
    """LATER where the request cannot have arrived; else nobody knows whether it was taken."""
    if never_left(problem):
        return Answer(Outcome.LATER, f"{who} cannot be reached.", down=True)
    if isinstance(problem, requests.Timeout):
        return Answer(Outcome.UNCLEAR, f"{who} did not answer in time; it may have taken the message.", down=True)
    return Answer(Outcome.UNCLEAR, f"{who} broke off before it had answered; it may have taken the message.", down=True)


def never_left(problem: BaseException) -> bool:
    """The connection itself could not be made, so nothing was said."""
    if isinstance(
        problem, requests.ConnectTimeout | requests.exceptions.InvalidURL | requests.exceptions.MissingSchema
    ):
        return True
    seen: set[int] = set()
    waiting: list[object] = [problem]
    while waiting:  # the cause hides in arguments and reasons, some layers down
        one = waiting.pop()
        if id(one) in seen or not isinstance(one, BaseException):
            continue
        seen.add(id(one))
        if isinstance(one, NewConnectionError | requests.exceptions.SSLError | requests.exceptions.ProxyError):
            return True
        waiting += [*one.args, getattr(one, "reason", None), one.__cause__, one.__context__]
    return False


def busy(status: int, who: str, wait: float | None) -> Answer | None:
    """The answer to a status that speaks of the provider and not of the message: too many requests, or its own fault.

    A gateway’s time-out (504) says nothing about what happened behind it.
    """
    if status == 429:
        return Answer(Outcome.LATER, f"{who} takes no more requests just now.", code="429", retry_after=wait or 30.0)
    if status == 504:
        return Answer(Outcome.UNCLEAR, f"{who} did not answer in time; it may have taken the message.", down=True)
    if status >= 500:
        return Answer(
            Outcome.LATER, f"{who} is out of order ({status}).", code=str(status), retry_after=wait, down=True
        )
    return None
