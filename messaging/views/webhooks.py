"""Webhooks: the calls, what a person does with those that were not taken, and the secrets that sign them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.views.answering import say
from crm.views.asking import BIGGEST, ids_in
from crm.views.guard import PersonRequest, may
from messaging.filters import number
from messaging.models import CallStatus
from messaging.views.webhook_forms import SecretForm
from messaging.webhooks import deciding, listing
from messaging.webhooks.secret_keeping import BadSecret, change_secret, end_secret, living_secrets, make_secret

if TYPE_CHECKING:
    from messaging.models.webhook import WebhookCallQuerySet


@may("operations.view")
@require_safe
def calls(request: PersonRequest) -> HttpResponse:
    """Show one page of the calls, in one state or all."""
    status = _status(request)
    page = listing.page_of(
        request.user,
        status=status,
        before=number(request.GET.get("before", "")),
        after=number(request.GET.get("after", "")),
    )
    shown = {"page": page, "status": status, "states": CallStatus.choices, "here": _here(status, "&")}
    return render(request, "messaging/webhooks/calls.html", shown)


@may("operations.view")
@require_POST
def again(request: PersonRequest) -> HttpResponse:
    """Have those that were picked tried again now."""
    result = deciding.try_again(_picked(request), by=request.user, now=timezone.now())
    say(request, result, f"{_counted(len(result.done))} tried again now")
    return _back(request)


@may("operations.view")
@require_POST
def give_up(request: PersonRequest) -> HttpResponse:
    """Go on without those that were picked."""
    result = deciding.give_up(_picked(request), by=request.user, now=timezone.now())
    say(request, result, f"{_counted(len(result.done))} given up")
    return _back(request)


@may("settings.manage")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def secrets(request: PersonRequest) -> HttpResponse:
    """Show the secrets; make one, or change one, and show it this once."""
    form, made, now = SecretForm(), None, timezone.now()
    try:
        if "change" in request.POST:
            made = change_secret(_which(request.POST["change"]), now=now)
        elif request.method == "POST":
            form = SecretForm(request.POST)
            if form.is_valid():
                made, form = make_secret(name=form.cleaned_data["name"], now=now), SecretForm()
    except BadSecret as problem:
        form.add_error("name", str(problem)) if form.is_bound else messages.error(request, str(problem))
    shown = {
        "form": form,
        "made": made,
        "secrets": living_secrets(),
        "now": now,
        "may_see_calls": request.user.can("operations.view"),
    }
    return render(request, "messaging/webhooks/secrets.html", shown, status=422 if form.is_bound else 200)


@may("settings.manage")
@require_POST
def end(request: PersonRequest, secret_id: int) -> HttpResponse:
    """Sign nothing with it any more."""
    if not end_secret(min(secret_id, BIGGEST), now=timezone.now()):
        raise Http404("There is no such secret that could be ended.")
    messages.success(request, "It signs nothing any more.")
    return redirect("settings_webhooks")


def _which(asked: str) -> int | None:
    """The secret that is to be changed: None is the standard one, 0 one that is not there."""
    return None if asked == "standard" else next(iter(ids_in(asked)), 0)


def _picked(request: PersonRequest) -> WebhookCallQuerySet:
    calls = listing.narrowed(request.user, _status(request))
    if request.POST.get("all") and _status(request):
        return calls
    return calls.filter(pk__in=ids_in(",".join(request.POST.getlist("ids"))))


def _status(request: PersonRequest) -> str:
    asked = request.GET.get("status", "")
    return asked if asked in CallStatus.values else ""


def _here(status: str, after: str = "") -> str:
    return urlencode({"status": status}) + after if status else ""


def _back(request: PersonRequest) -> HttpResponseRedirect:
    here = _here(_status(request))
    return HttpResponseRedirect(reverse("webhooks") + (f"?{here}" if here else ""))


def _counted(count: int) -> str:
    return "1 webhook is" if count == 1 else f"{count:,} webhooks are"
