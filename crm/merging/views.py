"""The pages of duplicates: the list of pairs, two contacts side by side, and the merges there were."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import contacts_for, deleted_contacts_for
from crm.merging import being_typed, listing, pairs
from crm.merging.locking import Busy
from crm.merging.merging import UNDOABLE, CannotMerge, merge
from crm.merging.side_by_side import beside, in_words
from crm.merging.undoing import CannotTakeApart, take_apart
from crm.models import Contact
from crm.reading.contact_record import contact_or_404
from crm.searching import search
from crm.views.answering import say
from crm.views.asking import BIGGEST, ids_in
from crm.views.guard import PersonRequest, may


@require_GET
@may("contacts.merge")
def duplicates_page(request: PersonRequest) -> HttpResponse:
    """Show the pairs that may be one person, the most alike first."""
    given = request.GET
    found, page = listing.suspected(request.user, after=given.get("after", ""), before=given.get("before", ""))
    count, more = listing.how_many(request.user)
    shown = {"pairs": found, "page": page, "count": count, "more": more}
    return render(request, "crm/merging/duplicates.html", shown)


@require_POST
@may("contacts.merge")
def dismiss(request: PersonRequest, pk: int) -> HttpResponse:
    """Note that they are two people."""
    pair = listing.pairs_for(request.user).filter(pk=pk if pk <= BIGGEST else 0)
    if not pair.exists():
        raise Http404("There is no such pair here.")
    say(request, pairs.dismiss(pair, by=request.user, now=timezone.now()), "They are two people; noted")
    return HttpResponseRedirect("/duplicates/")


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.merge")
def pair_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show a suspected pair side by side, and merge it."""
    pair = listing.pairs_for(request.user).filter(pk=pk if pk <= BIGGEST else 0).first()
    if pair is None:
        raise Http404("There is no such pair here.")
    shown = {"pair": pair, "here": f"/duplicates/{pk}/"}
    return _side_by_side(request, [pair.first_id, pair.second_id], shown)


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.merge")
def merge_page(request: PersonRequest) -> HttpResponse:
    """Show any two contacts side by side (`?ids=1,2`), and merge them."""
    given = request.POST if request.method == "POST" else request.GET
    ids = ids_in(",".join(given.getlist("ids")), 3)
    if len(ids) != 2:
        messages.error(request, "Tick the two contacts that are one person.")
        return HttpResponseRedirect("/contacts/")
    here = "/contacts/merge/?" + urlencode({"ids": f"{ids[0]},{ids[1]}"}, safe=",")
    if request.method == "POST" and "kept" not in request.POST:  # from the bar under the list
        return HttpResponseRedirect(here)
    return _side_by_side(request, ids, {"pair": None, "here": here})


def _side_by_side(request: PersonRequest, ids: list[int], shown: dict[str, Any]) -> HttpResponse:
    people = contacts_for(request.user).prefetch_related("tags").in_bulk(ids)
    if len(people) < 2:
        raise Http404("One of the two is not there, or not for you.")
    one, other = (people[pk] for pk in ids)
    post = request.POST
    picked = {name.removeprefix("take-"): post[name] for name in post if name.startswith("take-")}
    kept = (ids_in(post.get("kept", "")) or [0])[0]
    both = beside(request.user, one, other, kept_id=kept, picked=picked)
    problem, stale = "", False
    if post.get("step") == "merge":
        versions = {
            pk: int(said) for pk in ids if (said := post.get(f"version-{pk}", "")).isdecimal() and len(said) < 10
        }
        try:
            done = merge(
                contacts_for(request.user), kept=both.kept.pk, gone=both.gone.pk, by=request.user, now=timezone.now(),
                choices=both.choices, versions=versions,
            )  # fmt: skip
        except (CannotMerge, Busy) as why:
            problem, stale = str(why), isinstance(why, CannotMerge) and why.stale
        else:
            came = in_words(done.moved)
            said = f"Merged {both.gone.name} into {both.kept.name}" + (f": {came} came over" if came else "")
            messages.success(request, said, extra_tags=f"undo:/undo/{done.undo_id}/" if done.undo_id else "")
            return HttpResponseRedirect(f"/contacts/{done.kept_id}/")
    status = 409 if stale else 422 if problem else 200
    shown |= {"both": both, "problem": problem, "asked": bool(post), "days": UNDOABLE.days}
    return render(request, "crm/merging/side_by_side.html", shown, status=status)


@require_GET
@may("contacts.merge")
def merge_with(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask whom a contact is to be merged with: who is like it, or who is looked for."""
    contact, wanted = contact_or_404(request.user, pk), request.GET.get("q", "").strip()[:100]
    alike: list[Contact] = []
    if wanted:
        ids = [hit.id for hit in search(request.user, wanted, kinds=["contact"], limit=20) if hit.id != pk]
        people = contacts_for(request.user).in_bulk(ids)
        alike = [people[one] for one in ids if one in people]
    else:
        mine = listing.pairs_for(request.user)
        rows = (mine.filter(first=pk) | mine.filter(second=pk)).order_by("-likeness").values()[:10]
        found = listing.with_both(request.user, [{**row} for row in rows])
        alike = [pair.second if pair.first.pk == pk else pair.first for pair in found]
        names = {"first_name": contact.first_name, "last_name": contact.last_name}
        more = being_typed.alike(request.user, limit=8, but=pk, **names)
        alike += [one for one in more if one not in alike]
    return render(request, "crm/merging/merge_with.html", {"contact": contact, "wanted": wanted, "alike": alike})


@require_GET
@may("contacts.merge")
def merges_page(request: PersonRequest) -> HttpResponse:
    """Show the merges there were, each with its way back."""
    given, now = request.GET, timezone.now()
    found, page = listing.past(request.user, now, after=given.get("after", ""), before=given.get("before", ""))
    return render(request, "crm/merging/merges.html", {"merges": found, "page": page, "days": UNDOABLE.days})


@require_POST
@may("contacts.merge")
def undo_merge(request: PersonRequest, pk: int) -> HttpResponse:
    """Make two contacts of one again."""
    row = listing.merges_for(request.user).filter(pk=pk if pk <= BIGGEST else 0).first()
    if row is None:
        raise Http404("There is no such merge here.")
    user = request.user
    try:
        done = take_apart(pk, kept=contacts_for(user), gone=deleted_contacts_for(user), by=user, now=timezone.now())
    except (CannotTakeApart, Busy) as why:
        messages.error(request, str(why))
    else:
        messages.success(request, "They are two contacts again, as they were")
        kept = row.before["names"][0]
        if done.since:
            messages.info(request, f"What has happened since the merge ({done.since:,}) stays with {kept}.")
        if done.stayed:
            messages.info(request, f"Changed since, and left as it is with {kept}: {', '.join(done.stayed)}.")
    return HttpResponseRedirect("/duplicates/merges/")
