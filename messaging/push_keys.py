"""The server’s own key for web push (VAPID, RFC 8292): from the environment, or made once on this machine."""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings

from messaging.push_encryption import number_of, padded_off, point, private_key


def push_key() -> str:
    """The private key, a number in base64url; empty where pushes are not set up."""
    if settings.WEB_PUSH_KEY:
        return str(settings.WEB_PUSH_KEY)
    return _made_once(settings.LOCAL_DIR / "web_push.key") if settings.DEBUG else ""


def public_push_key() -> str:
    """What a browser needs to know to take our pushes; empty where they are not set up."""
    key = push_key()
    return _public(key) if key else ""


@lru_cache(maxsize=4)
def _public(key: str) -> str:
    return padded_off(point(private_key(key).public_key()))


@lru_cache(maxsize=4)
def _made_once(path: Path) -> str:
    """One for all processes of this machine, whichever is first."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        own = path.with_name(f"{path.name}.{os.getpid()}")
        own.write_text(number_of(ec.generate_private_key(ec.SECP256R1())))
        own.chmod(0o600)
        try:
            os.link(own, path)  # fails where another was first
        except FileExistsError:
            pass
        finally:
            own.unlink()
        return path.read_text().strip()
    except OSError:
        return ""
