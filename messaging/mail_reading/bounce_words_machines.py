"""What mail systems write when a machine or the way between machines is why a mail came back; patterns, lower case."""

from __future__ import annotations

from typing import Final

FAILEDSTARTTLS: Final = (
    r"starttls",
    r"tls (?:is )?(?:required|negotiat|handshake|not|session|error|fail|certificate)",
    r"certificate",
    r"dane",
    r"mta-sts",
)

SYSTEMFULL: Final = (
    r"insufficient (?:system|disk|resources)",
    r"(?:disk|file ?system|system) (?:is )?full",
    r"no space left",
    r"system (?:storage|resources)",
    r"not enough (?:disk )?space",
    r"queue (?:is )?full",
    r"mail system full",
    r"insufficient storage",
)

SYSTEMERROR: Final = (
    r"system error",
    r"internal (?:server |system |software |mail )?error",
    r"local (?:error|configuration)",
    r"server (?:error|configuration|temporarily|unavailable|busy|is not available|too busy)",
    r"configuration (?:error|problem)",
    r"can'?t (?:create|open|read|write|exec|chdir|find)",
    r"unable to (?:open|create|write|read|lock|verify)",
    r"temporary (?:failure|local|error|problem|server|system|local problem)",
    r"i/o error",
    r"write error",
    r"read error",
    r"queue file",
    r"lookup failure",
    r"mail system (?:problem|configured)",
    r"resources? (?:temporarily )?(?:unavailable|not available)",
    r"service (?:temporarily )?(?:unavailable|not available|currently)",
    r"try (?:again )?later",
    r"(?:mail )?for .{0,80}loops back to myself",
    r"ldap",
    r"database",
    r"greylist",
    r"grey-?list",
    r"unexpected",
    r"process(?:ing)? error",
    r"error in processing",
    r"out of memory",
    r"busy",
    r"aliasing",
    r"technical (?:problem|difficult)",
    r"misconfigur",
    r"problem(?:s)? (?:occurred|with)",
    r"temporarily unavailable",
    r"could not load",
    r"recipient error",
)

SECURITYERROR: Final = (
    r"security",
    r"unauthori[sz]ed",
    r"not authori[sz]ed",
    r"authentication",
    r"encrypt",
    r"cryptograph",
    r"authorization",
    r"password",
    r"credential",
    r"not permitted",
    r"access",
)

SYNTAXERROR: Final = (
    r"syntax error",
    r"(?:command|parameter|argument).{0,30}(?:not (?:implemented|recogni[sz]ed)|unrecogni[sz]ed|unknown|invalid|required|unsupported)",
    r"unrecogni[sz]ed command",
    r"unimplemented",
    r"bad sequence",
    r"protocol (?:error|violation)",
    r"syntax",
)

MAILERERROR: Final = (
    r"mailer error",
    r"command (?:died|failed|output|time)",
    r"local delivery",
    r"(?:exit|child) (?:status|with|code)",
    r"procmail",
    r"maildrop",
    r"pipe",
    r"service unavailable",
    r"delivery agent",
    r"exited with",
    r"killed",
    r"dead\.letter",
    r"unknown mailer",
    r"transport .{0,40}(?:fail|error)",
    r"local mailer",
    r"non-?zero",
    r"\|/",
    r"forward",
    r"fatal error",
)

SUPPRESSED: Final = (
    r"suppress",
    r"do not mail list",
)
