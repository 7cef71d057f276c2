"""The pages of audiences: all of them, one with its members, and putting contacts in and out."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import audiences_for, contacts_for
from crm.audiences import listing
from crm.audiences.making import BadAudience, change_audience, delete_audiences
from crm.audiences.members import add_members, remove_members
from crm.audiences.nesting import used_in
from crm.conditions.language import BadCondition, read
from crm.conditions.saying import in_words
from crm.models import Audience
from crm.reading.contact_record import contact_or_404
from crm.reading.paging import some
from crm.results import Result
from crm.views.answering import counted, say
from crm.views.asking import BIGGEST, back, ids_in
from crm.views.guard import PersonRequest, may

HOME = "/audiences/"


@may("audiences.view")
@require_safe
def list_page(request: PersonRequest) -> HttpResponse:
    """Show all audiences by name."""
    given, q = request.GET, request.GET.get("q", "").replace("\0", "").strip()[:120]
    page = listing.audience_page(request.user, q=q, after=given.get("after", ""), before=given.get("before", ""))
    shown = {"page": page, "q": q, "may_edit": request.user.can("audiences.edit"), "now": timezone.now()}
    return render(request, "crm/audiences/list.html", shown)


@may("audiences.view")
@require_safe
def audience_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one audience: whom it describes, how many they are, and the members whom the person may see."""
    one, given = audience_or_404(request, pk), request.GET
    q = given.get("q", "").replace("\0", "").strip()[:200]
    number, more = some(listing.members_of(request.user, one, q))
    page = listing.member_page(request.user, one, q=q, after=given.get("after", ""), before=given.get("before", ""))
    shown = {
        "audience": one,
        "words": words_of(one),
        "page": page,
        "number": number,
        "more": more,
        "q": q,
        "used_in": used_in([one.pk]).get(one.pk, []),
        "may_edit": request.user.can("audiences.edit"),
        "now": timezone.now(),
    }
    return render(request, "crm/audiences/audience.html", shown)


@require_POST
@may("audiences.edit")
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Delete it; the toast brings it back. One that others ask for stays, and says which."""
    one = audience_or_404(request, pk)
    result = delete_audiences(audiences_for(request.user).filter(pk=pk), by=request.user, now=timezone.now())
    say(request, result, f"Deleted {one.name}")
    return HttpResponseRedirect(HOME if result.done else f"{HOME}{pk}/")


@require_POST
@may("audiences.edit")
def again(request: PersonRequest, pk: int) -> HttpResponse:
    """Try a broken one again: what its condition names may be back."""
    one = audience_or_404(request, pk)
    try:
        change_audience(
            audiences_for(request.user).filter(pk=pk),
            by=request.user,
            now=timezone.now(),
            changes={"condition": one.condition},
        )
        messages.success(request, "It is put together anew")
    except BadAudience as problem:
        messages.error(request, str(problem))
    return HttpResponseRedirect(f"{HOME}{pk}/")


@require_POST
@may("audiences.edit")
def put_in(request: PersonRequest, pk: int) -> HttpResponse:
    """Put contacts in by hand."""
    one = audience_or_404(request, pk)
    picked = contacts_for(request.user).filter(pk__in=ids_in(",".join(request.POST.getlist("ids"))))
    result = add_members(one, picked, by=request.user, now=timezone.now())
    say(request, result, f"Put {counted(len(result.done))} into {one.name}")
    return HttpResponseRedirect(back(request, f"{HOME}{pk}/"))


@require_POST
@may("audiences.edit")
def take_out(request: PersonRequest, pk: int) -> HttpResponse:
    """Take contacts out whom somebody put in."""
    one = audience_or_404(request, pk)
    picked = contacts_for(request.user).filter(pk__in=ids_in(",".join(request.POST.getlist("ids"))))
    result = remove_members(one, picked, by=request.user, now=timezone.now())
    say(request, result, f"Took {counted(len(result.done))} out of {one.name}")
    return HttpResponseRedirect(back(request, f"{HOME}{pk}/"))


@require_http_methods(["GET", "HEAD", "POST"])
@may("audiences.edit")
def of_contact(request: PersonRequest, pk: int) -> HttpResponse:
    """Show which audiences somebody put the contact into, and change that."""
    contact, now = contact_or_404(request.user, pk), timezone.now()
    inside = {one["audience_id"]: one["by_hand"] for one in listing.audiences_of(request.user, pk)}
    known = list(audiences_for(request.user))
    if request.method == "POST":
        wanted = set(ids_in(",".join(request.POST.getlist("audiences"))))
        held = {one for one, by_hand in inside.items() if by_hand}
        result = _change(request, pk, [one for one in known if one.pk in wanted ^ held], wanted, now)
        say(request, result, "Changed the audiences")
        return HttpResponseRedirect(back(request, f"/contacts/{pk}/"))
    shown = {"contact": contact, "audiences": known, "inside": inside}
    return render(request, "crm/audiences/of_contact.html", shown)


def _change(request: PersonRequest, pk: int, changed: list[Audience], wanted: set[int], now: datetime) -> Result:
    """Put the one contact into those of the changed audiences that are wanted, and out of the others."""
    result, picked = Result(), contacts_for(request.user).filter(pk=pk)
    for one in changed:
        verb = add_members if one.pk in wanted else remove_members
        done = verb(one, picked, by=request.user, now=now)
        result.done += done.done
        result.refused |= done.refused
        result.undo_id = done.undo_id if len(changed) == 1 else None
    return result


def audience_or_404(request: PersonRequest, pk: int) -> Audience:
    return get_object_or_404(audiences_for(request.user), pk=pk if pk <= BIGGEST else 0)


def words_of(audience: Audience) -> str:
    """Its condition in words; empty for one without, or one that cannot be read any more."""
    try:
        return in_words(read(audience.condition)) if audience.condition else ""
    except BadCondition:
        return ""
