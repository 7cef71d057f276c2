"""The list of documents across contacts, a contact's own checklists, and asking for more."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from crm.access import contacts_for, documents_for, people_for
from crm.documents import catalogue, listing
from crm.documents.arming import today_here
from crm.documents.forms import AskForm
from crm.documents.requesting import NewRequest, Requested, request_checklist, request_documents
from crm.reading.contact_record import contact_or_404, record_of
from crm.reading.paging import some
from crm.views.asking import back
from crm.views.contact import frame
from crm.views.guard import PersonRequest, may
from crm.views.once import again, first_time, new_number


@require_GET
@may("documents.view")
def list_page(request: PersonRequest) -> HttpResponse:
    """Show one page of the documents that the address asks for."""
    user, given, today = request.user, request.GET, today_here(timezone.now())
    asked = listing.wanted(given, user, today)
    page = listing.page(asked, today, after=given.get("after", ""), before=given.get("before", ""))
    count, more = some(asked.rows)
    kept = [(name, value) for name in ("state", "owner", "q") if (value := given.get(name, ""))]
    rest = [(name, value) for name, value in kept if name != "state"]
    shown = {
        "asked": asked,
        "page": page,
        "count": count,
        "more": more,
        "tabs": [
            {
                "label": label,
                "href": "?" + urlencode([*rest, *([("state", key)] if key else [])]),
                "current": key == asked.which,
            }
            for key, label in listing.LISTS.items()
        ],
        "owners": people_for(user).workers().order_by("full_name", "email"),
        "here": urlencode(kept),
        "may_edit": user.can("documents.edit"),
    }
    return render(request, "crm/documents/list.html", shown)


@require_GET
@may("documents.view")
def contact_tab(request: PersonRequest, pk: int) -> HttpResponse:
    """Show a contact's checklists with what is here and what is missing."""
    now = timezone.now()
    record = record_of(request.user, pk, now)
    lists, earlier = listing.of_contact(request.user, pk, today_here(now))
    shown = frame(request, record, "documents") | {
        "lists": lists,
        "earlier": earlier,
        "may_handle": request.user.can("documents.edit"),
    }
    return render(request, "crm/documents/contact_tab.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@may("documents.edit")
def ask(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask a contact for a whole checklist or one document; a second click asks for nothing more."""
    contact, now = contact_or_404(request.user, pk), timezone.now()
    form = AskForm(request.POST if request.method == "POST" else None)
    home = back(request, f"/contacts/{pk}/documents/")
    if form.is_bound and form.is_valid():
        if not first_time(request):
            return HttpResponseRedirect(home)
        said = form.cleaned_data
        case = catalogue.cases().filter(pk=said.pop("case_kind_id") or 0).first()
        if case is not None:
            made = request_checklist(case, contacts_for(request.user).filter(pk=pk), by=request.user, now=now)
        else:
            made = request_documents([NewRequest(contact_id=pk, **said)], by=request.user, now=now)
        if made.ids or case is not None:
            _say(request, made)
            return HttpResponseRedirect(home)
        again(request)
        form.refuse(made.refused[0])
    shown = {"form": form, "contact": contact, "once": request.POST.get("once") or new_number()}
    return render(request, "crm/documents/ask.html", shown, status=422 if form.is_bound else 200)


def _say(request: PersonRequest, made: Requested) -> None:
    number = len(made.ids)
    if number:
        asked = documents_for(request.user).filter(pk__in=made.ids[:1]).values_list("name", flat=True)
        words = f"Asked for {asked[0]}" if number == 1 else f"Asked for {number} documents"
        messages.success(request, words, extra_tags=f"undo:/undo/{made.undo_id}/")
    if made.refused:
        left = len(made.refused)
        words = "One was left out" if left == 1 else f"{left} were left out"
        messages.info(request, f"{words}: asked for already, or here and approved.")
