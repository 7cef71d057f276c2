"""Logging a call, a meeting or a message with a contact, from the contact's page (A3)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.form_fields import choice
from crm.reading.contact_record import contact_or_404
from crm.views.guard import PersonRequest, may
from crm.views.once import first_time, new_number
from followups.logging_contact import Logged, log_contact, offered_outcomes

KINDS = {"call": "Call", "meeting": "Meeting", "email": "E-mail", "message": "Message"}


class LogForm(forms.Form):
    """What was done, by whom it was begun, and how it went."""

    kind = forms.ChoiceField(choices=list(KINDS.items()), initial="call")
    direction = forms.ChoiceField(choices=[("out", "We reached out"), ("in", "They did")], initial="out")
    outcome = forms.ChoiceField(label="How did it go?")
    notes = forms.CharField(
        required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3}), label="What was said"
    )
    duration_minutes = forms.IntegerField(required=False, min_value=0, max_value=1_440, label="Minutes")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice(self, "outcome").choices = [(one.slug, one.label) for one in offered_outcomes()]


@require_http_methods(["GET", "HEAD", "POST"])
@may("followups.edit")
def log_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask what happened, then put it on the timeline; a second click of the same form puts nothing more."""
    contact = contact_or_404(request.user, pk)
    form = LogForm(request.POST or None)
    if form.is_bound and form.is_valid():
        if first_time(request):
            log_contact(
                contact, Logged(**form.cleaned_data, occurred_at=timezone.now()), by=request.user, now=timezone.now()
            )
            messages.success(
                request,
                f"Logged: {KINDS[form.cleaned_data['kind']].lower()} with {contact.name}",
            )
        return HttpResponseRedirect(f"/contacts/{pk}/")
    shown = {"contact": contact, "form": form, "once": new_number()}
    return render(request, "followups/log.html", shown, status=422 if form.is_bound else 200)
