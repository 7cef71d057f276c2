"""The mail itself, out of what a mail service wraps around it: as it was sent where the service gives that, else rebuilt."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any
from urllib.parse import parse_qsl

from anymail.inbound import AnymailInboundMessage

from messaging.hooks.email_news import NOT_THEIRS
from messaging.hooks.form_parts import NoForm, Part, parts_of
from messaging.hooks.providers import provider_named, reader_of
from messaging.hooks.stored_call import request_from

#: Form fields in which services put a whole mail.
WHOLE = ("body-mime", "email", "message", "raw", "raw_mail")


@dataclass(frozen=True, slots=True)
class Wrapped:
    """A raw mail and the addresses it was delivered to, where the service says so."""

    raw: bytes
    to: tuple[str, ...] = ()


class NoMail(ValueError):
    """There is no mail in the call; the text says what is wrong."""


def mails_of(provider: str, body: bytes, content_type: str) -> list[Wrapped]:
    """The mails of one call. Raises NoMail."""
    known = provider_named(provider)
    if known is None or not known.takes_mail:
        raise NoMail(f"Nothing is known of mails by “{provider}”.")
    try:
        if provider in ("mime", "cloudmailin"):
            return [_wrapped_by_form(body, content_type)]
        whole = None if "json" in content_type or provider == "mandrill" else _whole(_fields(body, content_type))
        if whole is not None:
            return [whole]
        found = reader_of(known, "inbound").parse_events(request_from(body, content_type))
        mails = [_rebuilt(one.message) for one in found if getattr(one, "message", None) is not None]
    except NOT_A_MAIL as problem:
        raise NoMail(f"It holds no mail that can be read: {type(problem).__name__}: {problem}"[:400]) from problem
    return mails


#: What reading raises on what is no mail, or none that anymail knows.
NOT_A_MAIL = (*NOT_THEIRS, NoForm)


def _fields(body: bytes, content_type: str) -> list[Part]:
    """The fields of a form as bytes: a mail may be in any charset."""
    if content_type.lower().startswith("multipart/form-data"):
        return parts_of(body, content_type)
    if not content_type.lower().startswith("application/x-www-form-urlencoded"):
        return []
    pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=1000)
    return [Part(name, None, "text/plain", "utf-8", value.encode("latin-1")) for name, value in pairs]


def _whole(fields: Iterable[Part]) -> Wrapped | None:
    """The raw mail among the fields, if one is."""
    by_name = {part.name: part.content for part in fields}
    raw = next((by_name[name] for name in WHOLE if by_name.get(name)), None)
    if raw is None or not re.match(rb"\s*(?:From |[!-9;-~]+[ \t]*:)", raw):
        return None
    to = [by_name[name].decode("utf-8", "replace") for name in ("recipient", "envelope[to]") if name in by_name]
    try:
        envelope = json.loads(by_name.get("envelope", b"{}"))
        to += [str(one) for one in envelope.get("to", [])] if isinstance(envelope, dict) else []
    except ValueError:
        pass
    return Wrapped(raw, tuple(to))


def _wrapped_by_form(body: bytes, content_type: str) -> Wrapped:
    """A mail as it is, a form that holds one, or CloudMailin's own ways to take one apart."""
    if content_type.lower().startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        fields = _fields(body, content_type)
        return _whole(fields) or _cloudmailin_form(fields)
    if content_type.lower().startswith("application/json"):
        return _cloudmailin_json(json.loads(body))
    if not re.match(rb"\s*(?:From |[!-9;-~]+[ \t]*:)", body):
        raise ValueError("a mail begins with its headers")
    return Wrapped(body)


def _cloudmailin_form(fields: Iterable[Part]) -> Wrapped:
    headers, texts, files, to = [], {}, [], []
    for part in fields:
        text = part.content.decode(part.charset if part.charset.isascii() else "utf-8", "replace")
        if found := re.fullmatch(r"headers\[([^\]]+)\](?:\[\d*\])?", part.name):
            headers.append((found[1], text))
        elif part.filename is not None:
            files.append(
                AnymailInboundMessage.construct_attachment(part.content_type, part.content, filename=part.filename)
            )
        elif part.name == "envelope[to]":
            to.append(text)
        else:
            texts[part.name] = text
    if not headers:
        raise ValueError("the form has no mail in it")
    return _built(headers, texts.get("plain"), texts.get("html"), files, to)


def _cloudmailin_json(told: Any) -> Wrapped:
    headers: list[tuple[str, str]] = []
    for name, value in told["headers"].items():
        headers += [(name, str(one)) for one in (value if isinstance(value, list) else [value])]
    files = [
        AnymailInboundMessage.construct_attachment(
            one.get("content_type") or "application/octet-stream",
            one["content"],
            filename=one.get("file_name"),
            base64=True,
        )
        for one in told.get("attachments") or []
        if isinstance(one, Mapping) and one.get("content")
    ]
    envelope = told.get("envelope") or {}
    return _built(headers, told.get("plain"), told.get("html"), files, [str(envelope.get("to") or "")])


def _built(
    headers: list[tuple[str, str]], text: str | None, html: str | None, files: list[Any], to: list[str]
) -> Wrapped:
    known = [(name, " ".join(value.split())) for name, value in headers if re.fullmatch(r"[!-9;-~]+", name)]
    message = AnymailInboundMessage.construct(headers=known, text=text, html=html, attachments=files)
    return Wrapped(_bytes_of(message), tuple(one for one in to if one))


def _rebuilt(message: Any) -> Wrapped:
    to = getattr(message, "envelope_recipient", None)
    return Wrapped(_bytes_of(message), (str(to),) if to else ())


def _bytes_of(message: Any) -> bytes:
    """The mail as bytes; one whose headers cannot be written is put together plainly."""
    try:
        return bytes(message.as_bytes())
    except Exception:
        return _plainly(message)


def _plainly(message: Message) -> bytes:
    """Its headers a line each, its text and HTML as they are read; what cannot be read is left out."""
    lines = []
    for name, value in getattr(message, "_headers", []):
        if name.lower() not in ("content-type", "content-transfer-encoding", "mime-version"):
            lines.append(f"{name}: {' '.join(str(value).split())}")
    head = "\r\n".join(lines).encode("utf-8", "replace")
    parts = []
    for kind in ("text", "html"):
        try:
            words = getattr(message, kind) or ""
        except (LookupError, ValueError, AttributeError):
            continue
        if words:
            content = base64.encodebytes(words.encode("utf-8", "replace"))
            subtype = "plain" if kind == "text" else "html"
            parts.append(
                b"--=_part\r\nContent-Type: text/" + subtype.encode() + b"; charset=utf-8\r\n"
                b"Content-Transfer-Encoding: base64\r\n\r\n" + content
            )
    body = b'\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="=_part"\r\n\r\n'
    return head + body + b"".join(parts) + b"--=_part--\r\n"
