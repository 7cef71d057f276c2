"""Fetching the files of SMS and WhatsApp messages from Twilio, where only our account may look, and not for ever."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import SplitResult, urljoin, urlsplit

from django.conf import settings
from django.db import transaction

from messaging.arrivals import LetGo
from messaging.attachments import clean_type, keep
from messaging.mail_reading import Attachment
from messaging.models import Arrival, Message

SECONDS = 15
REDIRECTS = 3
#: Where Twilio leads on to: twilio.com/docs/messaging/api/media-resource.
LEADS_TO = (".twilio.com", ".twiliocdn.com", ".amazonaws.com")
#: Python has no ending, or an odd one, for these.
ENDINGS = {"audio/ogg": ".ogg", "audio/amr": ".amr", "image/webp": ".webp", "text/vcard": ".vcf", "image/jpeg": ".jpg"}


class Gone(Exception):
    """Twilio does not give the file, and will not later; the text says so."""


def read_media(arrivals: Sequence[Arrival], now: datetime) -> Mapping[int, str]:
    """Reader: keep the files of each message with it. A time-out is tried again."""
    said: dict[int, str] = {}
    for arrival in arrivals:
        message_id = int(arrival.payload["message_id"])
        files, gone = [], []
        for number, one in enumerate(arrival.payload["media"]):
            try:
                files.append(_file(number, one["url"], one.get("content_type", "")))
            except Gone as problem:
                gone.append(str(problem))
        with transaction.atomic():
            message = Message.objects.select_for_update(of=("self",)).filter(pk=message_id).first()
            if message is None:
                said[arrival.pk] = LetGo("The message is gone.")
                continue
            data = dict(message.data)
            if files:
                data["attachments"] = [asdict(kept) for kept in keep(message_id, files)]
                data.pop("media", None)
            Message.objects.filter(pk=message_id).update(data=data)
        if gone:
            said[arrival.pk] = LetGo(" ".join(gone))
    return said


def _file(number: int, url: str, content_type: str) -> Attachment:
    kind = clean_type(content_type)
    content = fetched(url)
    what = {"image": "picture", "video": "video", "audio": "voice-note"}.get(kind.partition("/")[0], "file")
    ending = ENDINGS.get(kind) or mimetypes.guess_extension(kind) or ""
    return Attachment(f"{what}-{number + 1}{ending}", kind, len(content), content)


def fetched(url: str) -> bytes:
    """The file at an address of Twilio's. Our account's secret goes to Twilio alone. Raises Gone, and OSError."""
    own = urlsplit(settings.TWILIO_API_URL)
    parts = urlsplit(url)
    if parts.hostname not in ("api.twilio.com", own.hostname):
        raise Gone("The file does not lie at Twilio.")
    secret = f"{settings.TWILIO_ACCOUNT_SID}:{settings.TWILIO_AUTH_TOKEN}".encode()
    headers = {"Authorization": "Basic " + base64.b64encode(secret).decode()}
    for _ in range(REDIRECTS + 1):
        if not _is_allowed(parts, own):
            raise Gone("Twilio leads on to an address that is not its own.")
        status, body, leads_to = _get(parts, headers)
        if status == 200:
            return body
        if status not in (301, 302, 303, 307, 308) or not leads_to:
            if status in (408, 429) or status >= 500:
                raise OSError(f"Twilio answered with {status}.")
            raise Gone(f"Twilio does not give the file: {status}.")
        before, parts = parts, urlsplit(urljoin(parts.geturl(), leads_to))
        if parts.hostname != before.hostname:
            headers = {}
    raise Gone("Twilio leads on in a circle.")


def _is_allowed(parts: SplitResult, own: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == own.hostname and parts.scheme == own.scheme:
        return True
    return parts.scheme == "https" and parts.port in (None, 443) and f".{host}".endswith(LEADS_TO)


def _get(parts: SplitResult, headers: Mapping[str, str]) -> tuple[int, bytes, str]:
    host = parts.hostname or ""
    server: HTTPConnection
    if parts.scheme == "https":
        server = HTTPSConnection(host, parts.port, timeout=SECONDS)
    else:
        server = HTTPConnection(host, parts.port, timeout=SECONDS)
    try:
        server.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), headers=dict(headers))
        answer = server.getresponse()
        body = answer.read(settings.ATTACHMENT_MAX_BYTES + 1)
        return answer.status, body, answer.headers.get("Location", "")
    except HTTPException as problem:
        raise OSError(f"Twilio broke off: {problem!r}") from problem
    finally:
        server.close()
