"""Why a mail came back: a reason from what a mail system wrote and from its codes.

The names are those of Sisimai, the field's common vocabulary (https://libsisimai.org/en/reason/); the codes follow
RFC 5321 (replies), RFC 3463 and the registry of enhanced codes at IANA.
"""

from __future__ import annotations

import re
from functools import cache

from .bounce_words import WORDS
from .shape import HARD, OURS, SOFT

#: The reason as a person would say it.
REASONS: dict[str, str] = {
    "userunknown": "there is no such mailbox",
    "hostunknown": "there is no such domain",
    "hasmoved": "the address has moved",
    "notaccept": "the domain takes no mail",
    "mailboxfull": "the mailbox is full",
    "suspend": "the mailbox is suspended",
    "filtered": "the recipient’s side refused the mail",
    "expired": "it could not be delivered in time",
    "networkerror": "the other side could not be reached",
    "systemerror": "the other side had an error",
    "systemfull": "the other side’s disk is full",
    "mailererror": "a mail program failed",
    "onhold": "no reason could be told from the report",
    "undefined": "the report gives no reason",
    "suppressed": "the provider holds the address back",
    "failedstarttls": "no encrypted connection was possible",
    "blocked": "our server was refused",
    "badreputation": "our server has a bad reputation",
    "requireptr": "our server’s address has no name",
    "rejected": "our sender address was refused",
    "authfailure": "our mail failed SPF, DKIM or DMARC",
    "spamdetected": "the mail was taken for spam",
    "virusdetected": "the mail was taken for dangerous",
    "policyviolation": "the mail is against the other side’s rules",
    "securityerror": "the other side’s security refused it",
    "norelaying": "the server does not pass mail on for us",
    "notcompliantrfc": "the mail breaks a standard",
    "contenterror": "the mail’s content was refused",
    "mesgtoobig": "the mail is too big",
    "exceedlimit": "the mail is too big for this mailbox",
    "syntaxerror": "our server said something wrong",
    "speeding": "we sent too fast",
    "toomanyconn": "we opened too many connections",
}

_HARD = {"userunknown", "hostunknown", "hasmoved", "notaccept"}
_SOFT = {
    "mailboxfull", "suspend", "filtered", "expired", "networkerror", "systemerror", "systemfull", "mailererror",
    "onhold", "undefined", "suppressed", "failedstarttls",
}  # fmt: skip

#: Enhanced codes whose meaning is narrow enough to decide where the words do not.
_BY_STATUS = {
    "1.0": "userunknown", "1.1": "userunknown", "1.2": "hostunknown", "1.3": "userunknown", "1.4": "filtered",
    "1.5": "filtered", "1.6": "hasmoved", "1.7": "rejected", "1.8": "rejected", "1.9": "systemerror",
    "1.10": "notaccept", "2.0": "filtered", "2.1": "filtered", "2.2": "mailboxfull", "2.3": "exceedlimit",
    "2.4": "filtered", "3.0": "systemerror", "3.1": "systemfull", "3.2": "notaccept", "3.3": "systemerror",
    "3.4": "mesgtoobig", "3.5": "systemerror", "4.0": "networkerror", "4.1": "networkerror", "4.2": "networkerror",
    "4.3": "systemerror", "4.4": "hostunknown", "4.5": "speeding", "4.6": "networkerror", "4.7": "expired",
    "5.0": "mailererror", "5.1": "syntaxerror", "5.2": "syntaxerror", "5.3": "speeding", "5.4": "syntaxerror",
    "5.5": "syntaxerror", "6.0": "contenterror", "6.1": "contenterror", "6.2": "contenterror", "6.3": "contenterror",
    "6.4": "contenterror", "6.5": "contenterror", "6.6": "contenterror", "6.7": "contenterror", "6.8": "contenterror",
    "6.9": "contenterror", "7.0": "securityerror", "7.1": "securityerror", "7.2": "rejected", "7.3": "securityerror",
    "7.4": "securityerror", "7.5": "securityerror", "7.6": "securityerror", "7.7": "securityerror",
    "7.8": "authfailure", "7.9": "policyviolation", "7.10": "failedstarttls", "7.11": "securityerror",
    "7.12": "securityerror", "7.13": "suspend", "7.14": "securityerror", "7.15": "policyviolation",
    "7.17": "hasmoved", "7.18": "hasmoved", "7.20": "authfailure", "7.21": "authfailure", "7.22": "authfailure",
    "7.23": "authfailure", "7.24": "authfailure", "7.25": "requireptr", "7.26": "authfailure", "7.27": "notaccept",
    "7.28": "speeding", "7.29": "authfailure", "7.30": "failedstarttls", "7.57": "securityerror",
    "7.60": "authfailure", "7.64": "norelaying", "7.124": "rejected", "7.129": "rejected", "7.131": "rejected",
    "7.133": "rejected", "7.134": "rejected", "7.136": "rejected", "7.193": "rejected", "7.350": "spamdetected",
    "7.509": "authfailure", "7.511": "blocked", "7.512": "notcompliantrfc", "7.515": "authfailure",
    "7.700": "rejected", "7.703": "rejected", "7.705": "rejected", "7.708": "blocked", "7.750": "rejected",
    "1.90": "speeding", "1.351": "userunknown",
}  # fmt: skip
#: Codes that outweigh the words beside them.
_SURE = {"2.2", "7.25", "7.26", "1.6", "1.8", "1.7", "7.27", "7.13", "7.20", "7.23", "7.29", "7.509", "7.515", "1.2",
         "7.9", "3.4", "2.3", "6.0", "4.7"}  # fmt: skip

#: What a provider writes and means in its own way: (pattern, reason).
_PROVIDERS = (
    (r"5\.7\.(?:60[6-9]|6[1-4]\d)\b|banned sending ip|\bs3140\b|\bs775\b", "blocked"),
    (r"4\.7\.(?:650|850)|(?:^| )4\.7\.500", "badreputation"),
    (r"5\.4\.1 .{0,80}recipient address rejected: access denied", "rejected"),
    (r"recipient address rejected: access denied", "userunknown"),
    (r"^(?:host .{1,80} said: )?542 .{1,120} rejected$", "userunknown"),
    (r"null mx|doesn't receive email according to the administrator", "notaccept"),
    (r"\(bl\)$", "blocked"),
    (r"account or domain may not exist", "hostunknown"),
    (r"did not accept our requests to connect|socket error", "networkerror"),
    (r"host network not allowed", "policyviolation"),
    (r"due to recipient preferences", "filtered"),
    (r"is not rfc ?5?[38]22 compliant", "notcompliantrfc"),
    (r"all hosts (?:for .{1,80} )?have been failing for a long time", "expired"),
    (r"not (?:a )?member of this mailing list", "rejected"),
    # Orange and La Poste number their refusals.
    (r"\b(?:ofr|lpn)_?00\d_416\b|\bofr_416\b", "userunknown"),
    (r"\b(?:ofr|lpn)_?00\d_417\b|\bofr_417\b", "mailboxfull"),
    (r"\b(?:ofr|lpn)_?00\d_104\b|\bofr_104\b", "toomanyconn"),
    (r"\b(?:ofr|lpn)_?00\d_506\b|\bofr_506\b", "spamdetected"),
    (r"\b(?:ofr|lpn)_?00\d_10[2-9]\b", "blocked"),
    (r"\b(?:ofr|lpn)_?00\d_6\d\d\b", "policyviolation"),
    (r"5\.7\.1 .{0,10}our system has detected that this message is likely (?:unsolicited|suspicious)", "spamdetected"),
    (r"5\.2\.1 the user you are trying to contact is receiving mail", "speeding"),
    (r"\bofr_?(?:004|104|006)?_?101\b|\bofr004_1", "blocked"),
    (r"\bcs01\b|\bhm08\b|\[hm\d\d\]", "blocked"),
    (r"\[(?:pr|dy|rly|con:b)", "blocked"),
    (r"\(rtr:[a-z]{2}\)", "blocked"),
)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((reason, re.compile("|".join(patterns))) for reason, patterns in WORDS)


@cache
def _provider_patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), reason) for pattern, reason in _PROVIDERS)


#: Longer texts are cut: a diagnostic is a few lines.
_MAX_TEXT = 3000
_NOISE = re.compile(r"https?://\S{1,300}|<[^<>\s]{1,200}@[^<>\s]{1,200}>|[\w.+=-]{1,64}@[\w.-]{1,100}")


def _plain(text: str) -> str:
    return " ".join(text[:_MAX_TEXT].lower().replace("’", "'").split())


def reason_from_provider(text: str) -> str:
    """Return the reason that a large provider means by its own words, or nothing."""
    text = _plain(text)
    return next((found for pattern, found in _provider_patterns() if pattern.search(text)), "")


def reason_from_words(text: str) -> str:
    """Return the reason that a diagnostic's words give, or nothing."""
    text = _plain(text)
    # Postfix says so before whatever the reason is.
    bare = " ".join(_NOISE.sub(" ", text).split()).replace("recipient address rejected", " ")
    for found, pattern in _patterns():
        if pattern.search(bare):
            refused = found == "userunknown" and _AFTER_DATA.search(text) and not _SAYS_SO.search(text)
            return _at_the_end_of_data(text) if refused else found
    return "filtered" if "recipient address rejected" in text else ""


#: A mailbox that is unknown only once the whole mail was there has refused it: receivers' own filters do so,
#: above all those of Japanese mobile carriers.
_AFTER_DATA = re.compile(
    r"in reply to (?:end of )?data command|after (?:end of )?data\b|our (?:final )?data|>>> data <<< 5|smtp command data"
    r"|(?:^|[^\d])550:? ?: user unknown"
)


_SAYS_SO = re.compile(r"delivery error: dd |(?:^|<<< |said: )5\d\d[ -]5\.1\.(?:1|10)\b")


def _at_the_end_of_data(text: str) -> str:
    return "rejected" if "docomo" in text else "filtered"


def reason_from_status(status: str) -> str:
    """Return the reason that an enhanced code gives, or nothing."""
    return _BY_STATUS.get(status.partition(".")[2], "") if status[:1] in {"4", "5"} else ""


def reason(diagnostic: str, status: str, reply_code: str, *, delayed: bool = False) -> str:
    """Decide the reason from a diagnostic, an enhanced code and a reply code, each of which may be empty."""
    if meant := reason_from_provider(diagnostic):
        return meant
    by_status = reason_from_status(status)
    by_words = reason_from_words(diagnostic)
    if by_words == "hostunknown" and (status.startswith("4") or _TRY_AGAIN.search(diagnostic)):
        return "networkerror"
    if by_status and status.partition(".")[2] in _SURE and by_words not in _NARROW:
        return by_status
    if by_words and (by_words not in _VAGUE or not by_status or by_status in _VAGUE):
        return by_words
    if by_status and by_status != "securityerror":
        return by_status
    if by_words or by_status:
        return by_words or by_status
    if stage := _STAGE.search(" ".join(diagnostic.lower().split())):
        return "rejected" if "from" in stage[0] else "blocked"
    if delayed:
        return "expired"
    if reply_code == "552":
        return "mailboxfull"
    return "onhold" if diagnostic.strip() or reply_code else "undefined"


_TRY_AGAIN = re.compile(r"not found[,;:]?\s+try\s+again", re.IGNORECASE)
#: Who is refused before the recipient is named: our server, or our sender.
_STAGE = re.compile(
    r"after initial connection|(?:in reply to|after|did not like our) (?:helo|ehlo|mail from)|in reply to mail from|\[mail_from\]"
)
#: Words so plain that no code outweighs them.
_NARROW = {"mailboxfull", "spamdetected", "authfailure", "hasmoved", "requireptr"}
#: Words that a code outweighs.
_VAGUE = {"filtered", "expired", "systemerror", "securityerror", "mailererror", "syntaxerror", "policyviolation"}


def bounce_type(found: str, status: str, reply_code: str) -> str:
    """Say whether the address is dead ("hard"), may work another time ("soft"), or we are at fault ("ours")."""
    if found in _HARD:
        # "We take no mail at the moment" is no dead address.
        temporary = status.startswith("4") or (not status and reply_code.startswith("4"))
        return SOFT if found == "notaccept" and temporary else HARD
    return SOFT if found in _SOFT else OURS
