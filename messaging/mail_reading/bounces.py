"""Bounces: is a mail one, and who was not reached, why. Standards first, then what systems write in words."""

from __future__ import annotations

import re
from typing import Any

from .automatic import is_note_subject
from .bounce_reasons import bounce_type, reason
from .bounce_reports import Failure, amazon_notice, reported, reported_in_text
from .bounce_texts import human_part, named_failures, reply_code_in, status_in
from .header_fields import address, addresses, words
from .mime_parts import Part
from .returned import Returned, returned
from .shape import AUTO_ACK, BOUNCE, UNKNOWN, Bounce
from .verdicts import Verdict

_DAEMON = re.compile(
    r"mailer-?daemon|postmaster|mail (?:delivery|system|administrator)|mdaemon|delivery (?:system|subsystem)|mail-?daemon"
    r"|^<>$|no-?reply@sns\.amazonaws|system administrator|mmsc ndr|symantec|mailsweeper|content[- ]filter|bounce|microsoft exchange",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:un|not |non[- ]?|could not be |cannot be |couldn'?t be |fail(?:ed|ure).{0,12})deliver|deliver(?:y|ing)?:? .{0,30}(?:fail|status|error|problem|report|notif|delay|time|incomplete|unsuccess)"
    r"|(?:fail(?:ed|ure)|error|problem|status|trouble).{0,30}(?:deliver|mail|notice)|returned (?:mail|message|to sender)|return(?:ing|ed) .{0,12}to sender|mail (?:fail|system error|error|could not)|failure (?:notice|notification|delivery)"
    r"|undeliver|nondeliver|bounce|message (?:status|delayed|you sent blocked|not deliver)|warning: (?:could not|message)|postmaster notify|considered unsolicited|delayed mail|delay(?:ed)? |could not send message|permanent(?: delivery)? (?:failure|error)|user unknown|rejected (?:mail|message)|there was an error sending|smtp server: errors"
    r"|unzustellbar|nicht zugestellt|konnte nicht|unzustellbarkeit|non remis|non distribu|échec|mislukt|onbestelbaar|no se (?:ha podido|pudo)|no entregad|devuelto|devolución|não (?:entregue|foi)|falha na|mancat[ao] (?:consegna|recapito)|non recapitabile|niedostarcz|zwrócon|недоставлен|не доставлен|возврат|oleverer|kan inte|olevererbar|toimit|nelze doru|iletilemedi|配信|送信できません|届け|配達|エラー|投递|退信|退回|반송|전송 실패",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"(?:could|can|was|has|have|were)(?: ?not|n'?t)? (?:not )?(?:yet )?(?:be(?:en)? )?(?:deliver|sent to|reach)|(?:un(?:able|successful)|wasn'?t able|trouble|fail(?:ed|ure|ing)?|error|problem).{0,30} (?:to |while )?(?:deliver|send|process|reach)|undeliver|permanent (?:fatal )?error|fatal error|not deliver|returned to (?:you|sender)|mail delivery|delivery (?:to|of|has|status|fail)|did not reach|following (?:address|recipient)|transcript of (?:the )?session|message log follows|(?:no|unknown|invalid) (?:such )?(?:user|recipient|host|valid recipient)|mail ?box is full|qmail-send|give up|given up|rejected|host unknown|no longer (?:valid|accepting)|was not (?:delivered|sent)|delayed|will (?:be retried|retry)|smtp error|"
    r"zugestellt werden|n'a pas (?:pu|été)|no se pudo|no ha podido|não (?:foi|pode|pôde)|non è stato possibile|недостав|не доставлен|невозможно|не может быть доставлен|配信できません|送信できませんでした|届けられません|投递失败|无法投递",
    re.IGNORECASE,
)
#: No note of absence says this.
_PLAIN = re.compile(
    r"(?:could|can|was|has) ?(?:not|n'?t) (?:be(?:en)? )?delivered to|undeliverable|delivery (?:to|has) .{0,80}failed",
    re.IGNORECASE,
)
_REPLY_OR_FORWARD = re.compile(
    r"^\s*(?:re|aw|sv|antw|fw|fwd|wg|tr|rv|enc|i|odp|回复|答复|转发)\s*(?:\[\d+\])?\s*[:：]", re.IGNORECASE
)
_DAEMON_LOCAL = {"mailer-daemon", "postmaster", "mdaemon", "mail-daemon", "maildaemon", "mail.daemon"}


def bounce(mail: Part, text: str) -> Verdict | None:
    """Return the verdict on a mail that says another did not, or not yet, arrive; nothing for any other mail."""
    failures = reported(mail)
    rule = "RFC 3464 delivery report"
    report = mail.content_type == "multipart/report" and _report_type(mail) != "disposition-notification"
    looks = _looks_like_one(mail, text)
    if not failures and (looks or report):
        failures = reported_in_text(text)
        rule = "Delivery report in the text"
    if not failures and (notice := amazon_notice(text)):
        return _by_amazon(notice)
    ours = returned(mail, text)
    if failures:
        return _by_report(failures, rule, mail, text, ours)
    if looks or report:
        return _by_text(looks or "multipart/report without a report", mail, text, ours)
    return None


def _report_type(mail: Part) -> str:
    return mail.parameters.get("report-type", "").lower()


def _looks_like_one(mail: Part, text: str) -> str:
    """Say which signs make a mail a bounce though no report is in it; nothing if they do not suffice."""
    if mail.get("x-failed-recipients"):
        return "X-Failed-Recipients"
    sender = words(mail.get("from"))
    subject = words(mail.get("subject"))
    local = next((one.partition("@")[0] for _, one in addresses(mail.get("from"))), "")
    null_path = mail.get("return-path").strip() == "<>"
    daemon = local in _DAEMON_LOCAL or (
        not local and (null_path or sender in {"", "<>"} or bool(_DAEMON.search(sender)))
    )
    named_so = bool(_DAEMON.search(sender))
    if (_REPLY_OR_FORWARD.match(subject) and not daemon and not named_so) or is_note_subject(subject):
        return ""
    opening = human_part(text)[:6000]
    says = bool(_BODY.search(opening))
    named = bool(_SUBJECT.search(subject))
    coded = bool(reply_code_in(opening) or status_in(opening))
    if (daemon and (says or named)) or (named_so and ((says and (named or coded)) or (named and null_path))):
        return "A mail system's sender" + (f" and the subject “{subject[:60]}”" if named else "")
    if (named and says and (null_path or coded)) or (null_path and says and coded):
        return "Subject and text of a delivery failure"
    if null_path and _PLAIN.search(opening) and not _REPLY_OR_FORWARD.match(subject):
        return "Return-Path: <> and a text that says what did not arrive"
    if re.match(r"\s*you are not (?:a )?member of this mailing list", opening, re.IGNORECASE):
        return "A mailing list's refusal"
    if re.match(r"\s*hi\. this is the .{0,40}program at ", opening, re.IGNORECASE):
        return "qmail's opening line"
    return ""


def _by_report(failures: list[Failure], rule: str, mail: Part, text: str, ours: Returned) -> Verdict:
    failed = [
        one
        for one in failures
        if one.action not in {"delivered", "relayed", "expanded", "deliverable"} and not one.status.startswith("2.")
    ]
    if not failed:
        return Verdict(
            AUTO_ACK,
            f"{rule}: Action {failures[0].action or 'delivered'}, Status {failures[0].status or 'none'}",
            about_recipient=failures[0].recipient,
            about_message_id=ours.message_id,
        )
    if len(failed) == 1 and not failed[0].recipient and len(ours.recipients) == 1:
        failed[0].recipient = ours.recipients[0]
    human = human_part(text)
    bounces = [_judged(one, human, ours, alone=len(failed) == 1) for one in failed]
    first = bounces[0]
    return Verdict(
        BOUNCE,
        f"{rule}: Status {first.status or failed[0].status or 'none'}, {first.reason}",
        tuple(bounces),
        # Whom we wrote to; the failed recipient may be where she has her mail sent on.
        about_recipient=failed[0].original or first.recipient,
        about_message_id=ours.message_id,
    )


def _by_text(sign: str, mail: Part, text: str, ours: Returned) -> Verdict:
    stated = [one for _, one in addresses(mail.get("x-failed-recipients"))]
    # The bounce is written to our sender, and signed by the system's own.
    never = {one for name in ("from", "to", "sender", "reply-to") for _, one in addresses(mail.get(name))} | {
        ours.sender
    }
    failures = named_failures(text, stated=stated, never=never - set(ours.recipients))
    if len(failures) == 1 and not failures[0].recipient and len(ours.recipients) == 1:
        failures[0].recipient = ours.recipients[0]
    whole = human_part(text)
    bounces = [_judged(one, whole, ours, alone=len(failures) == 1) for one in failures] or [
        _judged(Failure(), whole, ours, alone=True)
    ]
    return Verdict(
        BOUNCE,
        f"{sign}: {bounces[0].reason}",
        tuple(bounces),
        about_recipient=bounces[0].recipient,
        about_message_id=ours.message_id,
    )


#: PowerMTA's own categories, as its manual lists them.
_PMTA = {
    "bad-mailbox": "userunknown", "bad-domain": "hostunknown", "inactive-mailbox": "suspend",
    "quota-issues": "mailboxfull", "relaying-issues": "norelaying", "message-expired": "expired",
    "no-answer-from-host": "networkerror", "routing-errors": "networkerror", "bad-connection": "networkerror",
    "invalid-sender": "rejected", "virus-related": "virusdetected", "spam-related": "spamdetected",
    "spam-content": "spamdetected",
}  # fmt: skip
#: The text for people says that a refusal came after the mail's data.
_STAGE = re.compile(r">>> DATA\s+<<< 5|in reply to (?:end\s+of\s+)?DATA|SMTP command\s+DATA\b")
_WEAK = {"", "onhold", "undefined"}


def _judged(one: Failure, human: str, ours: Returned, *, alone: bool) -> Bounce:
    """Judge by the report's own words, then by what the text for people says about the same recipient."""
    said = one.diagnostic
    inner = status_in(said)
    status = one.status
    if inner and (
        not status or status.endswith(".0.0") or (status[2:] in {"3.0", "5.0", "4.7"} and inner[2:] != status[2:])
    ):
        status = inner
    code = reply_code_in(said)
    delayed = one.action == "delayed"
    found = _PMTA.get(one.fields.get("x-powermta-bouncecategory", ""), "") or reason(said, status, code)
    if found == "userunknown":
        near = human if alone or not one.recipient else _about(human, one.recipient)
        found = reason(f"{said} {near}", status, code) if _STAGE.search(near) else found
    if found in _WEAK or (not said.strip() and status[2:] in {"0.0", ""}) or not said.strip():
        near = human if alone or not one.recipient else _about(human, one.recipient)
        other = reason(near, status or status_in(near), code or reply_code_in(near), delayed=delayed)
        if other not in _WEAK:
            found = other
        status = status or status_in(near)
        code = code or reply_code_in(near)
    if found in _WEAK and delayed:
        found = "expired"
    if one.recipient.endswith("@googlegroups.com") and not status and not code:
        # Said in the reader's language: the group is not there, or we may not post to it.
        found = "rejected"
    return Bounce(
        type=bounce_type(found, status, code),
        reason=found,
        status=status,
        reply_code=code,
        recipient=one.recipient,
        original_message_id=ours.message_id,
    )


def _about(human: str, recipient: str) -> str:
    """Return the text from a recipient's address to the next address at a line's start."""
    at = human.lower().find(recipient)
    if at < 0:
        return human
    rest = human[at : at + 2000]
    stop = re.search(r"\n[ \t]*<?[^\s<>@]{1,64}@[^\s<>@]{1,190}>?:", rest)
    return rest[: stop.start()] if stop else rest


def _by_amazon(notice: dict[str, Any]) -> Verdict:
    """Read Amazon SES's notice (docs.aws.amazon.com, “Amazon SNS notification contents for Amazon SES”)."""
    event = str(notice.get("notificationType") or notice.get("eventType") or "").lower()
    mail = notice.get("mail")
    message_id = str(mail.get("messageId") or "") if isinstance(mail, dict) else ""
    details = notice.get("bounce")
    if event != "bounce" or not isinstance(details, dict):
        return Verdict(AUTO_ACK if event == "delivery" else UNKNOWN, f"Amazon SES notice: {event or 'of no kind'}")
    people = details.get("bouncedRecipients")
    failures = [
        Failure(
            recipient=address(str(one.get("emailAddress") or "")),
            action=str(one.get("action") or "failed"),
            status=str(one.get("status") or ""),
            diagnostic=str(one.get("diagnosticCode") or ""),
        )
        for one in (people if isinstance(people, list) else [])[:1000]
        if isinstance(one, dict)
    ]
    kind = f"{details.get('bounceType')}, {details.get('bounceSubType')}"
    ours = Returned(message_id)
    bounces = tuple(_judged(one, kind, ours, alone=True) for one in failures or [Failure()])
    return Verdict(
        BOUNCE,
        f"Amazon SES bounce notice: {kind}",
        bounces,
        about_recipient=bounces[0].recipient,
        about_message_id=message_id,
    )
