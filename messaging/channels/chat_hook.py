"""Slack and Microsoft Teams by incoming webhook: a room of colleagues is told.

Formats: api.slack.com/messaging/webhooks and Block Kit; Teams' workflow "when a webhook request is received", which
takes an Adaptive Card (adaptivecards.io, version 1.4).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from messaging.channels.http_answers import busy
from messaging.channels.outward import FAILURES, post_outward, unposted
from messaging.channels.shape import Answer, Letter, Lost, Outcome
from messaging.models import ChatHook
from messaging.provider_titles import title_of

TIMEOUT = (5.0, 15.0)
#: Slack's limit for the text of a section, and more than a card should hold.
LONGEST = 2900


class ChatRoom:
    """Slack or Teams, as `service` says."""

    at_once = 10
    needs_words = True
    sender = ""

    def __init__(self, service: str, *, allow_private: bool = False) -> None:
        """Write to rooms of one service; with `allow_private` also to machines on the inside."""
        self.provider = service
        self.allow_private = allow_private

    def deliver(self, letters: Sequence[Letter]) -> Iterator[Answer]:
        """Post one after the other, each to the room that it is for."""
        hooks = ChatHook.objects.in_bulk([letter.hook_id for letter in letters if letter.hook_id])
        for letter in letters:
            hook = hooks.get(letter.hook_id or 0)
            if hook is None or not hook.active:
                yield Answer(Outcome.REFUSED, "This room is not told any more.", code="gone")
                continue
            answer = self._post(hook.url, letter)
            wrong = "" if answer.outcome is Outcome.TAKEN else answer.words[:300]
            if wrong != hook.last_error:
                ChatHook.objects.filter(pk=hook.pk).update(last_error=wrong)
            yield answer

    def look_up(self, lost: Lost) -> Answer | None:
        """Neither tells."""
        return None

    def _post(self, url: str, letter: Letter) -> Answer:
        who = title_of(self.provider)
        body = json.dumps(slack_words(letter) if self.provider == "slack" else teams_words(letter)).encode()
        try:
            said = post_outward(
                url, body, {"Content-Type": "application/json"}, timeout=TIMEOUT, allow_private=self.allow_private
            )
        except FAILURES as problem:
            return unposted(problem, who)
        if 200 <= said.status < 300:
            return Answer(Outcome.TAKEN, f"{who} took it.")
        known = busy(said.status, who, said.retry_after)
        # One room that fails says nothing about the others.
        if known:
            return known._replace(down=False)
        return Answer(Outcome.REFUSED, f"{who} said {said.status}: {said.text[:200]}", code=str(said.status))


def slack_words(letter: Letter) -> dict[str, Any]:
    """The message as Block Kit. Ampersands and angle brackets would be control characters."""
    title, rest = _parts(letter)
    text = f"*{_slack(title)}*" + (f"\n{_slack(rest)}" if rest else "")
    blocks: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": text[:LONGEST]}}]
    if letter.url:
        button = {"type": "button", "text": {"type": "plain_text", "text": "Open"}, "url": letter.url}
        blocks.append({"type": "actions", "elements": [button]})
    return {"text": _slack(title), "blocks": blocks}


def teams_words(letter: Letter) -> dict[str, Any]:
    """The message as an Adaptive Card in the envelope that workflows take."""
    title, rest = _parts(letter)
    body = [{"type": "TextBlock", "text": _teams(title), "weight": "Bolder", "size": "Medium", "wrap": True}]
    if rest:
        body.append({"type": "TextBlock", "text": _teams(rest)[:LONGEST], "wrap": True})
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if letter.url:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open", "url": letter.url}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _parts(letter: Letter) -> tuple[str, str]:
    rest = letter.text.removeprefix(letter.subject).strip()
    return letter.subject, rest


def _slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(text: str) -> str:
    """Its Markdown would make links of what a client typed."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]()#" else sign for sign in text)
