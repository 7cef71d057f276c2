"""Complaints: feedback reports (RFC 5965) and what large providers send instead of them."""

from __future__ import annotations

import re

from .bounce_reports import amazon_notice
from .header_fields import addresses, first_address
from .mime_parts import Part
from .returned import returned
from .shape import COMPLAINT, UNSUBSCRIBE
from .verdicts import Verdict

_FIELD = re.compile(r"(?im)^([A-Za-z-]{2,40}):[ \t]*(.*)$")
#: Asked to stop, by the button of a mail program: no complaint, but no more mail either.
_OPT_OUTS = {"opt-out", "opt-out-list", "unsubscribe"}


def complaint(mail: Part, text: str) -> Verdict | None:
    """Return the verdict on a mail that reports what a recipient, or her provider, thought of one of ours."""
    for part in mail.walk():
        if part.content_type == "message/feedback-report":
            return _by_report(mail, part.text(), text)
    if mail.content_type == "multipart/report" and mail.parameters.get("report-type", "").lower() == "feedback-report":
        return _by_report(mail, text, text)
    if re.search(r"(?im)^feedback-type:\s*\S", text[:20_000]) and re.search(
        r"(?im)^user-agent:|^version:", text[:20_000]
    ):
        return _by_report(mail, text[:20_000], text)
    notice = amazon_notice(text)
    if notice and "complaint" in str(notice.get("notificationType") or notice.get("eventType") or "").lower():
        return _by_amazon(notice)
    ours = returned(mail, "")
    hotmail = any(
        "x-hmxmroriginalrecipient" in part.text()[:20_000].lower()
        for part in mail.walk()
        if part.content_type == "message/rfc822"
    )
    sender = addresses(mail.get("from"))
    if hotmail and sender and re.match(r"(?i)complaint about message", mail.get("subject")):
        return Verdict(
            COMPLAINT,
            "Junk mail report by Outlook.com",
            about_recipient=ours.recipients[0] if ours.recipients else "",
            about_message_id=ours.message_id,
        )
    return None


def _by_report(mail: Part, report: str, text: str) -> Verdict:
    said: dict[str, str] = {}
    for name, value in _FIELD.findall(report[:50_000]):
        said.setdefault(name.lower(), value.strip())
    kind = said.get("feedback-type", "abuse").split(" ")[0].lower() or "abuse"
    ours = returned(mail, text)
    to = first_address(said.get("original-rcpt-to", "")) or first_address(said.get("removal-recipient", ""))
    redacted = any(word in to for word in ("redacted", "[redacted]"))
    return Verdict(
        UNSUBSCRIBE if kind in _OPT_OUTS else COMPLAINT,
        f"RFC 5965 feedback report: {kind}",
        about_recipient="" if redacted else to or (ours.recipients[0] if ours.recipients else ""),
        about_message_id=ours.message_id,
    )


def _by_amazon(notice: dict[str, object]) -> Verdict:
    details = notice.get("complaint")
    mail = notice.get("mail")
    kind = str(details.get("complaintFeedbackType") or "abuse") if isinstance(details, dict) else "abuse"
    people = details.get("complainedRecipients") if isinstance(details, dict) else None
    first = people[0] if isinstance(people, list) and people else None
    to = str(first.get("emailAddress") or "") if isinstance(first, dict) else ""
    return Verdict(
        COMPLAINT,
        f"Amazon SES complaint notice: {kind}",
        about_recipient=first_address(to),
        about_message_id=str(mail.get("messageId") or "") if isinstance(mail, dict) else "",
    )
