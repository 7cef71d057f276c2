"""The last touch on a mail before it leaves: links that are counted, the pixel, and the way out.

`marked` takes words and gives words; it reads no database and no clock. The words that are kept stay unmarked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from messaging.tracking import tokens
from messaging.tracking.footer_words import FooterWords, footer_words
from messaging.tracking.links import rewritten

MARKETING = ("marketing", "all")  # topics under which a mail must carry the way out

_BODY_END = re.compile(r"</body\s*+>", re.IGNORECASE)
#: Grey that can be read on white and on black: mail clients change the ground, not always the ink.
_SMALL = (
    "margin:24px auto 0;padding:0 16px 16px;max-width:600px;font:12px/1.5 sans-serif;color:#767676;text-align:center"
)
_LINK = "color:#767676;text-decoration:underline"


@dataclass(frozen=True, slots=True)
class Marked:
    """What leaves. `headers` stand in the mail in this order, each one printable line."""

    html: str
    text: str
    headers: tuple[tuple[str, str], ...] = ()


def marked(
    html: str,
    text: str,
    *,
    message_id: int,
    contact_id: int,
    topic: str,
    track: bool,
    site: str,
    reply_to: str = "",
    postal_address: str = "",
    channel: str = "email",
    language: str = "",
) -> Marked:
    """Put a contact's mail into its final words.

    With `track`, http and https links go through /t/c/, a pixel and a link that only robots find stand at the end.
    Marketing carries an unsubscribe link, the organisation's postal address (CAN-SPAM Act, 16 CFR 316) and the headers
    of RFC 2369 and RFC 8058; everything carries a link to the contact's preferences. `site` is the installation's own
    address without a slash at its end; `reply_to` the address whose mail we read, for clients that unsubscribe by mail.
    `language` is the contact's (BCP 47), for the words of the footer.
    """
    preferences = f"{site}/p/{tokens.preferences_token(contact_id, message_id)}/"
    words, leave = footer_words(language), ""
    if topic in MARKETING:
        leave = f"{site}/t/u/{tokens.unsubscribe_token(contact_id, channel, topic, message_id)}"
    if html:
        if track:
            html = rewritten(html, lambda url: _counted(url, message_id, site))
        end = _html_footer(words, leave, preferences, postal_address)
        if track:
            end += _traces(message_id, site)
        html = _at_the_end(html, end)
    if text:
        text = f"{text.rstrip()}\n\n-- \n{_text_footer(words, leave, preferences, postal_address)}\n"
    return Marked(html, text, _headers(leave, reply_to))


def _counted(url: str, message_id: int, site: str) -> str | None:
    if url.startswith((f"{site}/t/", f"{site}/p/")) or len(url.encode()) > tokens.LONGEST // 2:
        return None
    return f"{site}/t/c/{tokens.click_token(message_id, url)}"


def _traces(message_id: int, site: str) -> str:
    """A link that no eye, keyboard or screen reader meets, so whoever follows it is a robot; and the pixel."""
    return (
        f'<a href="{site}/t/c/{tokens.click_token(message_id, "")}" style="display:none" tabindex="-1"'
        ' aria-hidden="true" rel="nofollow"></a>'
        f'<img src="{site}/t/o/{tokens.open_token(message_id)}" width="1" height="1" alt=""'
        ' style="display:block;border:0;width:1px;height:1px">'
    )


def _html_footer(words: FooterWords, leave: str, preferences: str, postal_address: str) -> str:
    links = [f'<a href="{leave}" style="{_LINK}">{words.leave}</a>'] if leave else []
    links.append(f'<a href="{preferences}" style="{_LINK}">{words.choose}</a>')
    address = f"{escape(postal_address)}<br>" if leave and postal_address else ""
    return f'<div style="{_SMALL}">{address}{" &nbsp;·&nbsp; ".join(links)}</div>'


def _text_footer(words: FooterWords, leave: str, preferences: str, postal_address: str) -> str:
    lines = [postal_address] if leave and postal_address else []
    if leave:
        lines.append(f"{words.leave}: {leave}")
    lines.append(f"{words.choose}: {preferences}")
    return "\n".join(lines)


def _at_the_end(html: str, end: str) -> str:
    at = len(html)
    for found in _BODY_END.finditer(html):  # the last one: an earlier one may stand in a comment
        at = found.start()
    return f"{html[:at]}{end}{html[at:]}"


def _headers(leave: str, reply_to: str) -> tuple[tuple[str, str], ...]:
    if not leave:
        return ()
    ways = [f"<{leave}>"]
    if reply_to:
        ways.append(f"<mailto:{reply_to}?subject=unsubscribe>")
    return (("List-Unsubscribe", ", ".join(ways)), ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
