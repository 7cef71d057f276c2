"""The pages that contacts open from a mail: leaving, and choosing what they receive. The signed link is the proof.

They set no cookie and need no sign-in; a GET changes nothing, for mail filters open every link.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.audit_context import remote_address
from crm.rate_limit import take
from messaging import contact_wishes
from messaging.contact_wishes import BadWishes, Chooser, change_wishes, chooser_of
from messaging.tracking import leaving
from messaging.tracking.noting import network_of
from messaging.tracking.tokens import (
    BadToken,
    Unsubscribing,
    preferences_token,
    read_preferences,
    read_unsubscribe,
)
from messaging.wishes_form import WishesForm, as_fields, shown_wishes

PER_MINUTE = 30  # changes by one link
SOURCE = "Preference page"


@csrf_exempt  # the token in the address is the proof; a cookie would break RFC 8058
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask once, then leave. With RFC 8058's own body a POST acts at once and says nothing."""
    now = timezone.now()
    try:
        asked = read_unsubscribe(token)
    except BadToken:
        return _damaged(request)
    if request.method == "POST" and request.POST.get("List-Unsubscribe") == "One-Click":
        leaving.leave(asked, source=leaving.ONE_CLICK, proof=_proof(request, asked.message_id, now), now=now)
        return HttpResponse(status=200, content_type="text/plain")
    was = leaving.state_of(asked)
    done = ""
    if request.method == "POST":
        if _too_many(asked.contact_id, now):
            return _wait(request)
        done, was = _leave_or_return(request, asked, was, now)
    shown = {
        "what": _what(asked),
        "way": contact_wishes.WAYS.get(asked.channel, asked.channel),
        "done": done,
        "was": was,
        "left": leaving.state_of(asked) == "withdrawn",
        "known": leaving.known(asked),
        "organisation": contact_wishes.organisation_name(),
        "choices_url": f"/p/{preferences_token(asked.contact_id, asked.message_id)}/",
    }
    return render(request, "messaging/public/unsubscribe.html", shown)


def _leave_or_return(request: HttpRequest, asked: Unsubscribing, was: str, now: datetime) -> tuple[str, str]:
    """Do what the page's button says; returns what was done, and what an undo would bring back."""
    proof = _proof(request, asked.message_id, now)
    match request.POST.get("do"):
        case "leave":
            left = leaving.leave(asked, source=leaving.PAGE, proof=proof, now=now)
            return ("left", was) if left else ("", was)
        case "undo" | "return" as button:
            before = "" if button == "undo" and request.POST.get("was") == "" else "granted"
            back = leaving.take_back(asked, was=before, source=leaving.PAGE, proof=proof, now=now)
            return ("returned" if back else "", was)
    return "", was


def _what(asked: Unsubscribing) -> str:
    title = contact_wishes.SUBJECTS.get(asked.topic, ("Messages", ""))[0]
    return title[:1].lower() + title[1:]


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choices(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the contact receives, by way and subject, and change it."""
    now = timezone.now()
    try:
        asked = read_preferences(token)
    except BadToken:
        return _damaged(request)
    chooser = chooser_of(asked.contact_id)
    if chooser is None:
        return render(request, "messaging/public/gone.html", status=410)
    told: list[str] = []
    undo: dict[str, list[str]] = {}
    form = WishesForm(None, chooser=chooser)
    if request.method == "POST":
        if _too_many(asked.contact_id, now):
            return _wait(request)
        form = WishesForm(request.POST, chooser=chooser)
        if form.is_valid():
            told, undo = _change(request, form, chooser, asked.message_id, now)
            chooser = chooser_of(asked.contact_id) or chooser
            if not form.errors:
                form = WishesForm(None, chooser=chooser)
    shown = {
        "form": form,
        "chooser": chooser,
        "told": told,
        "undo": undo,
        "undone": bool(told) and "undo" in request.POST,
        "unchanged": request.method == "POST" and not told and not form.errors,
        "organisation": contact_wishes.organisation_name(),
        "subjects": contact_wishes.SUBJECTS,
        "seen": as_fields(chooser.wishes)["allow"],
    }
    return render(request, "messaging/public/choices.html", shown, status=422 if form.errors else 200)


def _change(
    request: HttpRequest, form: WishesForm, chooser: Chooser, message_id: int, now: datetime
) -> tuple[list[str], dict[str, list[str]]]:
    seen = shown_wishes(request.POST, chooser.wishes)
    wanted = form.wanted(seen, everything_off="stop" in request.POST)
    try:
        told = change_wishes(
            chooser.contact_id, wanted, seen=seen, source=SOURCE, proof=_proof(request, message_id, now), by=None, now=now
        )  # fmt: skip
    except BadWishes as problem:
        form.add_error(problem.field, str(problem))
        return [], {}
    return told, as_fields(chooser.wishes)


def _proof(request: HttpRequest, message_id: int, now: datetime) -> str:
    """What is kept to show that it was them: the link's message, the moment, and roughly from where."""
    of = f"By the link in message {message_id}" if message_id else "By their own link"
    network = network_of(remote_address(request))
    agent = request.headers.get("User-Agent", "").replace("\0", "")[:200]
    return f"{of}, {now:%Y-%m-%d %H:%M:%S} UTC, from network {network or 'unknown'}, {agent or 'no program named'}"


def _too_many(contact_id: int, now: datetime) -> bool:
    return take(f"choices:{contact_id}", per_minute=PER_MINUTE, now=now).retry_after > 0


def _damaged(request: HttpRequest) -> HttpResponse:
    return render(request, "messaging/public/damaged.html", status=404)


def _wait(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {}
    return render(request, "messaging/public/wait.html", context, status=429)
