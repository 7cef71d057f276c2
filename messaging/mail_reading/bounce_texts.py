"""Bounces that are written for people only: whom they name, and what they say about each."""

from __future__ import annotations

import re

from .bounce_reports import Failure
from .header_fields import address

#: More than this of a bounce is the mail that it returns.
_MAX_LINES = 400
_MAX_LINE = 1000
_MAX_RECIPIENTS = 200

#: From here on a bounce returns our own mail.
RETURNED = re.compile(
    r"^[^\w<]{0,80}(?:below this line is a copy|(?:here is |this is )?(?:a |the )?copy of (?:the|your) (?:message|mail)"
    r"|(?:enclosed|included) is a copy|forwarded (?:message|mail)|begin (?:of )?(?:message|original)"
    r"|(?:the |your )?(?:original|returned|unsent|undelivered|bounced|failed) (?:message|mail|e-?mail)"
    r"(?: text| headers?| body| contents?| source)?(?: (?:follows?|starts|below|attached|begins|is).{0,40})?\W{0,80}$"
    r"|(?:the )?(?:original )?message (?:headers?|text|body|contents?|copy) (?:follows?|is|starts)"
    r"|(?:the |your )?(?:unsent |return )?message (?:follows|below)\b|(?:message )?headers? (?:of|from) the (?:message|original)"
    r"|received: ?\(?(?:from|by) |return-path: ?<|content-type: message/rfc822|元のメッセージ)",
    re.IGNORECASE,
)
#: Words before an address that make it no recipient.
_NOT_RECIPIENT = re.compile(
    r"(?:mail from|from|sender|return-path|reply-to|envelope-from|contact|postmaster|assistance|questions?|message-id|e?mail to|write to|your (?:e-?)?mail|for help|help|support|\borig(?:inator)?|id)[\s:=<\"'(]{0,6}$",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>\"(),;:\[\]{}|]{1,100}@[^\s<>\"(),;:\[\]{}|/]{1,190}")
_NAMED = re.compile(
    r"(?:rcpt to|to|recipient|for|final-recipient|address|user|mailbox|宛先|an|à|para)[\s:=<\"'`*]{1,20}[^\s<>\"(),;:]{1,100}@",
    re.IGNORECASE,
)
_STATUS = re.compile(r"(?<![\d.])([45]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.#/:\[-])([45]\d\d)(?:[ -](?=[^\d]|\d\.)|(?=[ -]?#?[45]\.\d)|$)(?!\.\d)")


def human_part(text: str) -> str:
    """Return what a bounce says before it returns our mail."""
    lines = [line[:_MAX_LINE] for line in text[: _MAX_LINE * _MAX_LINES].split("\n")[:_MAX_LINES]]
    for position, line in enumerate(lines):
        if position and RETURNED.match(line[:200]):
            return "\n".join(lines[:position])
    return "\n".join(lines)


def status_in(text: str) -> str:
    """Return the most telling enhanced code in a text: the first that is not x.0.0, else the first."""
    found = _STATUS.findall(text[:5000])
    return next((one for one in found if not one.endswith(".0.0")), found[0] if found else "")


def reply_code_in(text: str) -> str:
    """Return the first reply code in a text."""
    match = _CODE.search(text[:5000])
    return match[1] if match else ""


def named_failures(text: str, *, stated: list[str], never: set[str]) -> list[Failure]:
    """Return whom a bounce names, each with the lines about it.

    `stated` are recipients that header fields name (they are taken first), `never` addresses that cannot be one.
    """
    human = human_part(text)
    lines = human.split("\n")
    places: dict[str, int] = {}
    for number, line in enumerate(lines):
        for match in _ADDRESS.finditer(line):
            found = address(match[0].rstrip(".'`*!?").lstrip("'`*=").removeprefix("mailto:"))
            if not found or found in places or found in never or len(places) >= _MAX_RECIPIENTS:
                continue
            if "." not in found.rpartition("@")[2] and not stated and not _NAMED.search(line):
                continue
            if _NOT_RECIPIENT.search(line[: match.start()][-60:]) and found not in stated:
                continue
            places[found] = number
    heads = _heads(lines, places) if len(places) > 1 else set()
    wanted = [one for one in dict.fromkeys(stated) if one] or [one for one in places if not heads or one in heads]
    if not wanted:
        return [Failure(diagnostic=human)] if human.strip() else []
    failures = []
    for recipient in wanted:
        start = places.get(recipient)
        if start is None or len(wanted) == 1:
            diagnostic = "\n".join(lines[start:]) if start is not None else human
        else:
            after = [places[other] for other in wanted if other in places and places[other] > start]
            diagnostic = "\n".join(lines[start : min(after, default=len(lines))])
        failures.append(Failure(recipient=recipient, diagnostic=diagnostic))
    return failures


def _heads(lines: list[str], places: dict[str, int]) -> set[str]:
    """Return the addresses that open a line, as systems list failed recipients; others are mentioned in passing."""
    heads = set()
    for found, number in places.items():
        opening = lines[number].lstrip(" \t<\"'*-=>")[: len(found) + 2].lower()
        if opening.startswith(found[:60]):
            heads.add(found)
    return heads
