"""Amazon SNS, which carries the news of SES: its certificate, and the answer to its question whether we want them."""

from __future__ import annotations

from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import rsa

from messaging.hooks.signatures import is_sns_address

SECONDS = 5.0
MOST_BYTES = 100_000


class Unreachable(Exception):
    """Amazon could not be asked; it may work later."""


@lru_cache(maxsize=16)
def public_key(url: str) -> rsa.RSAPublicKey | None:
    """The key of the certificate at an address of SNS; None for any other address. Raises Unreachable."""
    if not is_sns_address(url) or not url.endswith(".pem"):
        return None
    from cryptography import x509  # only where SES is used: it is large

    try:
        key = x509.load_pem_x509_certificate(_fetch(url)).public_key()
    except ValueError:
        return None
    return key if isinstance(key, rsa.RSAPublicKey) else None


def confirm(url: str) -> None:
    """Say yes to a subscription, at an address of SNS only. Raises Unreachable, and ValueError for another address."""
    if not is_sns_address(url):
        raise ValueError("The address to confirm at is not one of Amazon SNS.")
    _fetch(url)


def _fetch(url: str) -> bytes:
    import httpx

    try:
        answer = httpx.get(url, timeout=SECONDS, follow_redirects=False)
        answer.raise_for_status()
    except httpx.HTTPError as problem:
        raise Unreachable(f"Amazon SNS could not be asked: {problem}") from problem
    return answer.content[:MOST_BYTES]
