"""HTML into the text that a person would read, with what mail programs mark as quoted kept apart."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

#: HTML beyond this many characters is not read.
MAX_HTML = 500_000

_SKIP = {"script", "style", "head", "title", "template", "noscript", "svg", "object"}
_BREAK = {"br", "tr", "li", "hr", "option"}
_BLOCK = {
    "p", "div", "table", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "section", "article",
    "header", "footer", "dl", "dt", "dd", "form", "center", "address", "main",
}  # fmt: skip
_VOID = {"br", "hr", "img", "input", "meta", "link", "area", "base", "col", "embed", "source", "track", "wbr", "param"}

#: A line that stands for a quoted block in the new text.
QUOTE_MARK = "> \u2063"

#: What mail programs call the block that holds the mail answered to.
_QUOTE_CLASSES = {
    "yahoo_quoted", "protonmail_quote", "zmail_extra", "tutanota_quote", "OutlookMessageHeader",
    "front-blockquote", "bloop_original_html", "ms-outlook-mobile-reference-message",
    "mcntmcntquote", "quotehead", "sparrow_quote", "inky-quote", "mail_android_quote", "ymail_android_quote",
}  # fmt: skip
_QUOTE_IDS = {
    "OLK_SRC_BODY_SECTION", "mail-editor-reference-message-container", "ms-outlook-mobile-reference-message",
    "reply-intro", "isForwardContent", "isReplyContent", "replySplit", "yahoo_quoted", "spark-quote", "zoho_quote",
}  # fmt: skip
#: From these on, the rest of the mail is quoted, not only what is inside.
_REST_IDS = {
    "divRplyFwdMsg",
    "appendonsend",
    "oriMsgHtmlSeperator",
    "stopSpelling",
}
_SIGNATURE_CLASSES = {"gmail_signature", "moz-signature", "protonmail_signature_block", "mobile_signature"}
_SIGNATURE_IDS = {"Signature", "AppleMailSignature", "ms-outlook-mobile-signature"}
#: Outlook and Windows Mail draw a line above the quoted mail with one of these styles.
_LINE = re.compile(
    r"border:none;border-top:solid#(?:e1e1e1|b5c4df|cccccc|ccc)1\.0pt|border-top:#?(?:b5c4df|e1e1e1)1ptsolid"
    r"|border-top-color:rgb\(229,229,229\)[^\"]{0,120}border-top-style:solid|border-top:1pxsolidrgb\(204,204,204\)",
)
_HIDDEN = re.compile(r"display:none|visibility:hidden|mso-hide:all")


class _Writer:
    """Two texts, written at once: all of it, and what is not quoted."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self.new: list[str] = []
        self.open: list[tuple[str, str]] = []  # tag, what it does: "", "skip", "quote", "pre"
        self.skipping = self.quoting = self.pre = 0
        self.rest_quoted = False
        self.marked = False

    def start(self, tag: str, given: dict[str, str]) -> None:
        """Open a tag."""
        if tag in _BLOCK or tag in _BREAK:
            self._write("\n\n" if tag == "p" else "\n" if tag in _BREAK else "\r")
        does = _what_it_does(tag, given)
        if tag == "img" and len(given.get("alt", "")) < 100:
            self._write(given.get("alt", ""))
        if tag == "li":
            self._write("- ")
        if does == "rest":
            self.rest_quoted = self.marked = True
        if tag not in _VOID and len(self.open) < 2000:
            self.open.append((tag, does))
            self._count(does, 1)

    def end(self, tag: str) -> None:
        """Close the nearest open tag of this name, and what is open inside."""
        for back, (name, _) in enumerate(reversed(self.open[-50:]), 1):
            if name == tag:
                for _, does in self.open[-back:]:
                    self._count(does, -1)
                del self.open[-back:]
                break
        if tag in _BLOCK:
            self._write("\n\n" if tag == "p" else "\r")

    def text(self, data: str) -> None:
        """Write what stands between tags."""
        if not self.skipping and data:
            data = unescape(data)
            self._write(data if self.pre else data.replace("\n", " ").replace("\r", " "))

    def _count(self, does: str, by: int) -> None:
        if does == "quote" and by == 1 and not self.quoting and not self.skipping and not self.rest_quoted:
            self.new.append(f"\n{QUOTE_MARK}\n")
        if does == "skip":
            self.skipping += by
        elif does == "quote":
            self.quoting += by
            self.marked = True
        elif does == "pre":
            self.pre += by

    def _write(self, text: str) -> None:
        if self.skipping or not text:
            return
        self.all.append(text)
        if not self.quoting and not self.rest_quoted:
            self.new.append(text)


def _what_it_does(tag: str, given: dict[str, str]) -> str:
    if tag in _SKIP:
        return "skip"
    if tag == "pre":
        return "pre"
    style = given.get("style", "").replace(" ", "").lower()
    if style and _HIDDEN.search(style):
        return "skip"
    # Outlook.com writes x_ before every name in a mail that it shows or quotes.
    classes = {name.removeprefix("x_") for name in given.get("class", "").split()}
    own_id = given.get("id", "").removeprefix("x_")
    if (
        own_id in _REST_IDS
        or (tag == "hr" and given.get("data-marker") == "__DIVIDER__")
        or (style and _LINE.search(style))
    ):
        return "rest"
    signature = classes & _SIGNATURE_CLASSES or own_id in _SIGNATURE_IDS
    if tag == "blockquote" or classes & _QUOTE_CLASSES or own_id in _QUOTE_IDS or signature:
        return "quote"
    return ""


_TAG = re.compile(
    r"</?([a-zA-Z][\w:.-]{0,30})([^<>\"']{0,4000}(?:\"[^\"]{0,4000}\"[^<>\"']{0,4000}|'[^']{0,4000}'[^<>\"']{0,4000}){0,50}|[^<>]{0,8000})>"
)
_ATTRIBUTE = re.compile(
    r"(id|class|style|alt|data-marker)\s*=\s*(?:\"([^\"]{0,4000})\"|'([^']{0,4000})'|([^\s>\"']{1,4000}))",
    re.IGNORECASE,
)
#: A mail with so many signs that open nothing is no HTML; what follows is read as text.
_MAX_STRAY = 5000


def _read(html: str, to: _Writer) -> None:
    """Go through the tags; unlike the standard library's parser in time that grows only with the length."""
    lower = html.lower()
    at = stray = 0
    while True:
        start = html.find("<", at)
        if start < 0 or stray > _MAX_STRAY:
            to.text(html[at:])
            return
        to.text(html[at:start])
        if html.startswith("<!--", start):
            end = html.find("-->", start + 4)
            if end < 0:
                return
            at = end + 3
        elif html.startswith(("<!", "<?"), start):
            end = html.find(">", start)
            at = end + 1 if end >= 0 else len(html)
        elif match := _TAG.match(html, start):
            at = match.end()
            tag = match[1].lower()
            if html[start + 1] == "/":
                to.end(tag)
                continue
            given = _ATTRIBUTE.findall(match[2]) if "=" in match[2] else ()
            to.start(tag, {name.lower(): unescape(a or b or c) for name, a, b, c in given})
            if tag in {"script", "style"}:
                end = lower.find(f"</{tag}", at)
                at = end if end >= 0 else len(html)
        else:
            to.text("<")
            stray += 1
            at = start + 1


@lru_cache(maxsize=2)
def html_to_text(html: str) -> tuple[str, str, bool]:
    """Return (all of the text, the text without quoted blocks and signatures, whether any block was marked so)."""
    to = _Writer()
    _read(html[:MAX_HTML], to)
    return _tidy(to.all), _tidy(to.new), to.marked


def _tidy(pieces: list[str]) -> str:
    """Join, with "\\r" standing for a line end unless there is one already."""
    text = re.sub(r"[ \t]*\r[ \t\r]*", "\r", _SPACES_KEEP.sub(" ", "".join(pieces)))
    text = re.sub(r"\r*\n\r*", "\n", text).replace("\r", "\n")
    lines = [line.strip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


_SPACES_KEEP = re.compile(r"[ \t\f\v\u00a0\u200b\ufeff]+")
