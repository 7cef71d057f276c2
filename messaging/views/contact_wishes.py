"""What a contact receives, for colleagues: the same choices as on the contact's own page, and how they came about."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.reading.contact_record import record_of
from crm.views.contact import frame
from crm.views.guard import PersonRequest, may
from messaging.consent_log import consent_log, suppressions_of
from messaging.contact_wishes import SUBJECTS, BadWishes, change_wishes, chooser_of
from messaging.wishes_form import WishesForm, as_fields, shown_wishes


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.view")
def wishes(request: PersonRequest, pk: int) -> HttpResponse:
    """Show what they receive and why; note what they said."""
    now = timezone.now()
    record = record_of(request.user, pk, now)
    chooser = chooser_of(pk)
    assert chooser is not None  # the record was just found
    form = WishesForm(None, chooser=chooser)
    if request.method == "POST" and request.user.can("contacts.edit"):
        form = WishesForm(request.POST, chooser=chooser)
        if form.is_valid():
            seen = shown_wishes(request.POST, chooser.wishes)
            source = f"Noted by {request.user.name}"
            proof = request.POST.get("proof", "").replace("\0", "").strip()[:2_000]
            try:
                told = change_wishes(
                    pk, form.wanted(seen), seen=seen, source=source, proof=proof, by=request.user, now=now
                )
                messages.success(request, " ".join(told) if told else "It was so already")
                return HttpResponseRedirect(f"/contacts/{pk}/contact-preferences/")
            except BadWishes as problem:
                form.add_error(problem.field, str(problem))
    shown = frame(request, record, "preferences") | {
        "form": form,
        "chooser": chooser,
        "seen": as_fields(chooser.wishes)["allow"],
        "subjects": SUBJECTS,
        "log": consent_log(pk),
        "stops": suppressions_of(record.contact),
        "now": now,
    }
    return render(request, "messaging/contact_wishes.html", shown, status=422 if form.errors else 200)
