"""Using a set: for whom, which one, what it would make, and then making it; undoable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.access import contacts_for, deals_for, documents_for, invoices_for
from crm.filters import apply
from crm.models import User
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may
from crm.views.once import first_time, made_before, new_number, remember_made
from followups.models import FollowUpSet
from followups.reading.sentences import plural
from followups.reading.set_preview import offered, preview
from followups.sets import Use, plan, use_sets

MOST_CONTACTS = 1_000
#: Ids that fit an address of 4,000 characters, which is what servers take.
MOST_IN_ADDRESS = 300
_RECORDS = {"deal": deals_for, "document": documents_for, "invoice": invoices_for}


@require_http_methods(["GET", "HEAD", "POST"])
@may("followups.edit")
def use_page(request: PersonRequest) -> HttpResponse:
    """Ask which set, show what it would make, make it. The bar of the list of contacts posts here too."""
    given, now = request.POST if request.method == "POST" else request.GET, timezone.now()
    contacts, records = _contacts(request.user, given, now), _records(request.user, given)
    if records.pop("elsewhere", False):
        contacts = []
    names = [name.removesuffix("_id") for name in records]
    sets = offered(request.user, contacts, deal_id=records.get("deal_id"), records=names)
    chosen = next((one for one in sets if str(one.pk) == given.get("set", "")), None)
    uses = [Use(chosen.pk, pk, **records) for pk in contacts] if chosen else []
    if chosen and given.get("sure") and request.method == "POST" and contacts:
        return _make(request, chosen, uses, now)
    new = plan(uses, by=request.user, now=now) if uses else []
    shown = {
        "sets": sets,
        "chosen": chosen,
        "contacts": contacts,
        "people": list(contacts_for(request.user).filter(pk__in=contacts[:6]).order_by("pk")),
        "records": [(name.removesuffix("_id"), pk) for name, pk in records.items()],
        "lines": preview(new),
        "number": len(new),
        "home": back(request, f"/contacts/{contacts[0]}/" if len(contacts) == 1 else "/contacts/"),
        "once": given.get("once") or new_number(),
        "most": MOST_CONTACTS,
        # Choosing is a link's work, so that one can go back to it; a dialog sends, and so does who would need a very long one.
        "by_address": request.htmx.target != "modal" and len(contacts) <= MOST_IN_ADDRESS,
    }
    wrong = request.method == "POST" and not contacts
    return render(request, "followups/use_set.html", shown, status=422 if wrong else 200)


def _make(request: PersonRequest, chosen: FollowUpSet, uses: Sequence[Use], now: datetime) -> HttpResponse:
    home = back(request, f"/contacts/{uses[0].contact_id}/" if len(uses) == 1 else "/contacts/")
    if not first_time(request):
        return HttpResponseRedirect(made_before(request) or home)
    made = use_sets(uses, by=request.user, now=now)
    if made.ids:
        said = f"Added {plural(len(made.ids), 'follow-up')} of “{chosen.name}”"
        messages.success(request, said, extra_tags=f"undo:/undo/{made.undo_id}/" if made.undo_id else "")
    else:
        messages.info(request, f"Everything of “{chosen.name}” is there already.")
    remember_made(request, home)
    return HttpResponseRedirect(home)


def _contacts(user: User, given: QueryDict, now: datetime) -> list[int]:
    """For whom: those named or ticked, or all that match the filter of the list."""
    mine = contacts_for(user)
    if given.get("all"):
        found = apply(mine, QueryDict(given.get("query", "")), user, now).contacts
    else:
        names = (*given.getlist("contact"), *given.getlist("contacts"), *given.getlist("ids"))
        found = mine.filter(pk__in=ids_in(",".join(names), MOST_CONTACTS + 1))
    return list(found.order_by("pk").values_list("pk", flat=True)[:MOST_CONTACTS])


def _records(user: User, given: QueryDict) -> dict[str, Any]:
    """The record that it is for, where the person may see it and it is the contact's; `elsewhere` where it is not."""
    records: dict[str, Any] = {}
    contact = ids_in(given.get("contact", ""))[:1]
    for name, door in _RECORDS.items():
        wanted = ids_in(given.get(name, ""))[:1]
        if wanted and user.can(f"{name}s.view"):
            found = door(user).filter(pk__in=wanted, contact__in=contact).values_list("pk", flat=True).first()
            records |= {f"{name}_id": found} if found else {"elsewhere": True}
    return records
