"""One's own API tokens: made, shown once, revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from crm.access import tokens_for
from crm.tokens import create_token
from crm.tokens import revoke as end
from crm.views.guard import PersonRequest, signed_in
from crm.views.settings.forms import TokenForm


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: PersonRequest) -> HttpResponse:
    """Show the tokens; make one and show it this once."""
    form, secret = TokenForm(request.POST or None), ""
    if form.is_valid():
        said = form.cleaned_data
        _, secret = create_token(
            request.user,
            name=said["name"],
            now=timezone.now(),
            scopes=said["scopes"],
            rate_per_minute=said["rate_per_minute"],
        )
        form = TokenForm()
    context = {"form": form, "secret": secret, "tokens": tokens_for(request.user).order_by("-created_at")}
    return render(request, "crm/settings/tokens.html", context, status=422 if form.is_bound else 200)


@signed_in
@require_POST
def revoke(request: PersonRequest, token_id: int) -> HttpResponse:
    """End a token at once."""
    if end(tokens_for(request.user).filter(pk=token_id), now=timezone.now()):
        messages.success(request, "The token no longer works.")
    return redirect("settings_tokens")
