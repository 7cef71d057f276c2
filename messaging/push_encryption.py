"""What a push message is wrapped in: encrypted for one browser (RFC 8291) and signed by this server (RFC 8292). Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

#: Push services must take this much (RFC 8030, section 7.2), less what encryption adds.
LONGEST = 3993
RECORD = 4096


def encrypted(plain: bytes, *, p256dh: str, auth: str, private: ec.EllipticCurvePrivateKey, salt: bytes) -> bytes:
    """The body of the request. `private` and `salt` (16 bytes) are fresh for each message; raises ValueError for keys
    that are none, and for what is too long."""
    if len(plain) > LONGEST:
        raise ValueError("The message is too long for a push.")
    theirs, secret = unpadded(p256dh), unpadded(auth)
    if len(secret) != 16:
        raise ValueError("The browser’s secret is not 16 bytes long.")
    shared = private.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    ours = point(private.public_key())
    material = _expand(_hmac(secret, shared), b"WebPush: info\0" + theirs + ours, 32)
    key = _hmac(salt, material)
    content = AESGCM(_expand(key, b"Content-Encoding: aes128gcm\0", 16)).encrypt(
        _expand(key, b"Content-Encoding: nonce\0", 12), plain + b"\x02", None
    )
    return salt + RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours + content


def authorization(endpoint: str, private: ec.EllipticCurvePrivateKey, *, contact: str, now: datetime) -> str:
    """The header that says which server sends. `contact` is a mailto: or https: address; it holds for twelve hours."""
    parts = urlsplit(endpoint)
    claims = {
        "aud": f"{parts.scheme}://{parts.netloc}",
        "exp": int((now + timedelta(hours=12)).timestamp()),
        "sub": contact,
    }
    head = _json({"typ": "JWT", "alg": "ES256"})
    signed = f"{head}.{_json(claims)}"
    r, s = decode_dss_signature(private.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    signature = padded_off(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
    return f"vapid t={signed}.{signature}, k={padded_off(point(private.public_key()))}"


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """The key from its number in base64url, as VAPID keys are handed round. Raises ValueError."""
    number = int.from_bytes(unpadded(text), "big")
    return ec.derive_private_key(number, ec.SECP256R1())


def number_of(key: ec.EllipticCurvePrivateKey) -> str:
    """The other way round."""
    return padded_off(key.private_numbers().private_value.to_bytes(32, "big"))


def unpadded(text: str) -> bytes:
    """Base64url with or without its padding. Raises ValueError."""
    plain = text.strip().rstrip("=")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)


def padded_off(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _json(value: dict[str, object]) -> str:
    return padded_off(json.dumps(value, separators=(",", ":")).encode())


def _hmac(key: bytes, content: bytes) -> bytes:
    return hmac.new(key, content, hashlib.sha256).digest()


def _expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand (RFC 5869) for one block."""
    return _hmac(key, info + b"\x01")[:length]
