"""What mail systems write when they refuse a mail, by reason.

Collected from what the systems themselves write (Sendmail, Postfix, Exim, qmail, Courier, Exchange, Domino,
OpenSMTPD, IMail, MessagingServer) and from the error pages of large providers (Google, Microsoft, Yahoo, Apple,
Orange, Comcast, Cox, GMX, Mail.ru, Yandex, Tencent, Zoho, KDDI, NTT docomo, Mimecast, Proofpoint, Barracuda).
"""

from __future__ import annotations

from typing import Final

from . import bounce_words_machines as machines
from . import bounce_words_ours as ours
from . import bounce_words_theirs as theirs

#: The first reason with a match decides, so what says more stands before what says less.
WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("mailboxfull", theirs.MAILBOXFULL),
    ("exceedlimit", ours.EXCEEDLIMIT),
    ("mesgtoobig", ours.MESGTOOBIG),
    ("toomanyconn", ours.TOOMANYCONN),
    ("speeding", ours.SPEEDING),
    ("virusdetected", ours.VIRUSDETECTED),
    ("authfailure", ours.AUTHFAILURE),
    ("requireptr", ours.REQUIREPTR),
    ("badreputation", ours.BADREPUTATION),
    ("spamdetected", ours.SPAMDETECTED),
    ("norelaying", ours.NORELAYING),
    ("hasmoved", theirs.HASMOVED),
    ("suspend", theirs.SUSPEND),
    ("blocked", ours.BLOCKED),
    ("rejected", ours.REJECTED),
    ("notcompliantrfc", ours.NOTCOMPLIANTRFC),
    ("policyviolation", ours.POLICYVIOLATION),
    ("contenterror", ours.CONTENTERROR),
    ("hostunknown", theirs.HOSTUNKNOWN),
    ("userunknown", theirs.USERUNKNOWN),
    ("notaccept", theirs.NOTACCEPT),
    ("filtered", theirs.FILTERED),
    ("networkerror", theirs.NETWORKERROR),
    ("expired", theirs.EXPIRED),
    ("failedstarttls", machines.FAILEDSTARTTLS),
    ("systemfull", machines.SYSTEMFULL),
    ("systemerror", machines.SYSTEMERROR),
    ("securityerror", machines.SECURITYERROR),
    ("syntaxerror", machines.SYNTAXERROR),
    ("mailererror", machines.MAILERERROR),
    ("suppressed", machines.SUPPRESSED),
)
