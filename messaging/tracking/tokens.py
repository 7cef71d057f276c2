"""The signed words in the addresses of a mail: short, safe in any address, good for one purpose only, and for ever.

A token is URL-safe base64 (RFC 4648, without padding) of a packed payload and the first 12 bytes of an HMAC-SHA256 over
it, keyed by the purpose and SECRET_KEY; keys in SECRET_KEY_FALLBACKS are still believed. Nothing has to be looked up to
read one, so a click is answered and an opt-out understood whatever else is gone.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

OPEN, CLICK, UNSUBSCRIBE, PREFERENCES = "open", "click", "unsubscribe", "preferences"
MAC = 12  # bytes: 96 bits, beyond guessing over the network
LONGEST = 8_000  # characters of a token that is looked at; browsers and proxies end there too

#: Numbers in tokens that are out in the world: add, never change.
CHANNELS = {"email": 1, "sms": 2, "whatsapp": 3, "in_app": 4, "push": 5, "slack": 6, "teams": 7, "call": 8}
TOPICS = {"all": 1, "marketing": 2, "service": 3, "classes": 4, "payments": 5}
_CHANNEL_OF = {number: name for name, number in CHANNELS.items()}
_TOPIC_OF = {number: name for name, number in TOPICS.items()}


_NEVER = re.compile(
    r"[\x00-\x20\x7f\\]"
)  # control characters, blanks, and the backslash that browsers take for a slash


class BadToken(ValueError):
    """Not made here, made for something else, or damaged on its way."""


class Click(NamedTuple):
    """A link of a message. `url` is empty in the link that only robots can find."""

    message_id: int
    url: str


class Unsubscribing(NamedTuple):
    """Who no longer wants what over which channel, and in which message they were asked."""

    contact_id: int
    channel: str
    topic: str
    message_id: int


class Preferring(NamedTuple):
    """Whose preferences a link opens, and the message it stood in (0: none)."""

    contact_id: int
    message_id: int


def open_token(message_id: int) -> str:
    return _signed(OPEN, _number(message_id))


def read_open(token: str) -> int:
    """The message whose pixel it is. Raises BadToken."""
    numbers, _ = _numbers(_read(OPEN, token), 1)
    return numbers[0]


def click_token(message_id: int, url: str) -> str:
    """Raises ValueError for what is no plain http or https address."""
    if url and not is_web_address(url):
        raise ValueError(f"Not an http or https address: {url[:200]!r}.")
    return _signed(CLICK, _number(message_id) + url.encode())


def read_click(token: str) -> Click:
    """The message and where its link leads. Raises BadToken."""
    numbers, rest = _numbers(_read(CLICK, token), 1)
    try:
        url = rest.decode()
    except UnicodeDecodeError:
        raise BadToken from None
    if url and not is_web_address(url):  # signed by an older, laxer version of this rule
        raise BadToken
    return Click(numbers[0], url)


def unsubscribe_token(contact_id: int, channel: str, topic: str, message_id: int = 0) -> str:
    """Raises KeyError for a channel or topic that has no number here yet."""
    packed = bytes((CHANNELS[channel], TOPICS[topic])) + _number(contact_id) + _number(message_id)
    return _signed(UNSUBSCRIBE, packed)


def read_unsubscribe(token: str) -> Unsubscribing:
    """Raises BadToken."""
    payload = _read(UNSUBSCRIBE, token)
    channel, topic = (_CHANNEL_OF.get(payload[0]), _TOPIC_OF.get(payload[1])) if len(payload) > 2 else (None, None)
    if channel is None or topic is None:
        raise BadToken
    (contact_id, message_id), _ = _numbers(payload[2:], 2)
    return Unsubscribing(contact_id, channel, topic, message_id)


def preferences_token(contact_id: int, message_id: int = 0) -> str:
    return _signed(PREFERENCES, _number(contact_id) + _number(message_id))


def read_preferences(token: str) -> Preferring:
    """Raises BadToken."""
    numbers, _ = _numbers(_read(PREFERENCES, token), 2)
    return Preferring(*numbers)


def is_web_address(url: str) -> bool:
    """Whether a browser may be sent there: http or https with a host, and nothing that could end a header line."""
    if _NEVER.search(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _signed(purpose: str, payload: bytes) -> str:
    mac = hmac.digest(_key(purpose, settings.SECRET_KEY), payload, "sha256")[:MAC]
    return urlsafe_b64encode(mac + payload).rstrip(b"=").decode()


def _read(purpose: str, token: str) -> bytes:
    if len(token) > LONGEST or not token.isascii():
        raise BadToken
    try:
        whole = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise BadToken from None
    mac, payload = whole[:MAC], whole[MAC:]
    if urlsafe_b64encode(whole).rstrip(b"=").decode() != token:  # one spelling each
        raise BadToken
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(mac, hmac.digest(_key(purpose, secret), payload, "sha256")[:MAC]):
            return payload
    raise BadToken


@lru_cache(maxsize=64)
def _key(purpose: str, secret: str) -> bytes:
    return sha256(f"messaging.tracking.{purpose}:{secret}".encode()).digest()


def _number(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the high bit says that more follow."""
    if number < 0:
        raise ValueError("A number in a token is never negative.")
    packed = bytearray()
    while number > 127:
        packed.append(number & 127 | 128)
        number >>= 7
    packed.append(number)
    return bytes(packed)


def _numbers(payload: bytes, count: int) -> tuple[list[int], bytes]:
    numbers, number, shift, at = [], 0, 0, 0
    for at, byte in enumerate(payload, 1):
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(number)
            number = shift = 0
            if len(numbers) == count:
                return numbers, payload[at:]
    raise BadToken
