"""Accepting an invitation: the one way to get an account."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm import rate_limit
from crm.audit_context import remote_address
from crm.invitations import BadInvitation, accept, find
from crm.views.settings.forms import JoinForm


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Show the invitation; opening it changes nothing, sending the form opens the account."""
    now = timezone.now()
    if rate_limit.take(f"join:{remote_address(request)}", per_minute=30, now=now).retry_after:
        return render(request, "crm/join_refused.html", {"why": "Too many tries. Wait a minute."}, status=429)
    try:
        invitation = find(token, now=now)
        form = JoinForm(request.POST or None, email=invitation.email)
        if form.is_valid():
            person = accept(token, **form.cleaned_data, now=now)
            login(request, person, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect("/")
    except BadInvitation as problem:
        return render(request, "crm/join_refused.html", {"why": str(problem)}, status=410)
    context = {"form": form, "invitation": invitation}
    return render(request, "crm/join.html", context, status=422 if form.is_bound else 200)
