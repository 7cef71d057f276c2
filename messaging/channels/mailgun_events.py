"""Asking Mailgun what became of a mail: its list of events, which it keeps for three days and more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from email.utils import parseaddr
from typing import Any
from urllib.parse import quote

import requests

from messaging.channels.shape import Answer, Lost, Outcome
from messaging.mime import message_id

API = "https://api.mailgun.net/v3"
#: Its events may come into the list late; what is not there so long after the request never came.
SURE_AFTER = timedelta(minutes=45)


def asking_mailgun(
    api_url: str, api_key: str, domain: str, sender: str, timeout: tuple[float, float]
) -> Callable[[Lost], Answer | None]:
    """The look-up for an account: by our own Message-ID, which Mailgun keeps as its name of the mail."""
    session = requests.Session()
    session.auth = ("api", api_key)

    def ask(lost: Lost) -> Answer | None:
        own = message_id(lost.message_id, lost.token, lost.sender or sender).strip("<>")
        at = domain or parseaddr(lost.sender or sender)[1].rpartition("@")[2]
        try:
            response = session.get(
                f"{api_url.rstrip('/')}/{quote(at, safe='')}/events",
                params={"message-id": own, "limit": "50"},
                timeout=timeout,
            )
            response.raise_for_status()
            events = response.json()["items"]
        except (requests.RequestException, ValueError, KeyError, TypeError):
            return None
        return _answer(events, f"<{own}>", lost)

    return ask


def _answer(events: list[dict[str, Any]], name: str, lost: Lost) -> Answer | None:
    kinds = {str(event.get("event")) for event in events}
    if {"delivered", "opened", "clicked", "complained", "unsubscribed"} & kinds:
        return Answer(Outcome.DELIVERED, "Mailgun delivered it.", name)
    lasting = [e for e in events if e.get("event") == "rejected" or e.get("severity") == "permanent"]
    if lasting:
        status = lasting[0].get("delivery-status") or {}
        reason = status.get("description") or status.get("message") or lasting[0].get("reason") or "no reason"
        return Answer(
            Outcome.REFUSED, f"Mailgun could not deliver it: {reason}", name, code=str(status.get("code", ""))
        )
    if kinds:
        return Answer(Outcome.TAKEN, "Mailgun took it.", name)
    if lost.asked_at - lost.handed_at < SURE_AFTER:
        return None
    return Answer(Outcome.LATER, "Mailgun never got it, so it is sent again.")
