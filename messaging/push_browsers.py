"""The browsers of a colleague that take pushes."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from crm.models import User
from messaging.models import PushSubscription
from messaging.push_encryption import unpadded

#: More than anybody has; the oldest goes.
MOST = 20


class BadBrowser(ValueError):
    """What a browser gave is no subscription; the text is a sentence."""


def browsers_of(user: User) -> list[PushSubscription]:
    """The person's own, newest first."""
    return list(PushSubscription.objects.filter(user=user).order_by("-created_at", "-pk"))


@transaction.atomic
def add_browser(user: User, *, endpoint: str, p256dh: str, auth: str, browser: str, now: datetime) -> PushSubscription:
    """Remember a browser; one that was another colleague's is this one's now. Raises BadBrowser."""
    try:
        point, secret = unpadded(p256dh), unpadded(auth)
    except ValueError:
        point, secret = b"", b""
    if not endpoint.startswith("https://") or len(endpoint) > 1000 or len(point) != 65 or len(secret) != 16:
        raise BadBrowser("This browser did not say where to send pushes. Reload the page and try again.")
    kept, _ = PushSubscription.objects.update_or_create(
        endpoint=endpoint,
        defaults={"user": user, "p256dh": p256dh, "auth": auth, "browser": browser[:200], "created_at": now},
    )
    old = PushSubscription.objects.filter(user=user).order_by("-created_at", "-pk").values_list("pk", flat=True)[MOST:]
    PushSubscription.objects.filter(pk__in=list(old)).delete()
    return kept


def remove_browser(user: User, *, pk: int | None = None, endpoint: str = "") -> bool:
    """Forget one of the person's own, by its number or by its address; False when it is not theirs."""
    mine = PushSubscription.objects.filter(user=user)
    mine = mine.filter(pk=pk) if pk is not None else mine.filter(endpoint=endpoint)
    return mine.delete()[0] > 0


def browser_named(agent: str) -> str:
    """A browser in words, from its User-Agent header: "Firefox on Android"."""
    names = (("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
    systems = (
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    )
    name = next((said for sign, said in names if sign in agent), "A browser")
    system = next((said for sign, said in systems if sign in agent), "")
    return f"{name} on {system}" if system else name
