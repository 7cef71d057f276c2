"""One change to all ticked contacts, or to all that match the filter: asked for, done, undoable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST

from crm import contact_sets, tagging
from crm.access import audiences_for, contacts_for, people_for, tags_for
from crm.audiences.making import BadAudience, make_audience
from crm.audiences.members import add_members
from crm.filters import apply
from crm.models import Lifecycle
from crm.models.contact import ContactQuerySet
from crm.results import Result
from crm.views.answering import counted, say
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may

#: How many contacts one bulk action changes: what a verb takes at once.
MOST = contact_sets.MOST


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to many. `do` returns None when the form has not said enough, so that the page asks."""

    permission: str
    title: str
    done: str
    do: Callable[[PersonRequest, ContactQuerySet, datetime], Result | None]
    ask: Callable[[PersonRequest], dict[str, Any]] = lambda request: {}


def _tag(request: PersonRequest, picked: ContactQuerySet, now: datetime) -> Result | None:
    known = set(tags_for(request.user).values_list("pk", flat=True))
    add = [pk for pk in ids_in(",".join(request.POST.getlist("add"))) if pk in known]
    remove = [pk for pk in ids_in(",".join(request.POST.getlist("remove"))) if pk in known]
    name = request.POST.get("new_tag", "").strip()
    if name and request.user.can("tags.manage"):
        add.append(tagging.tags_named([name])[name])
    return tagging.tag(picked, add=add, remove=remove, by=request.user, now=now) if add or remove else None


def _give(request: PersonRequest, picked: ContactQuerySet, now: datetime) -> Result | None:
    wanted = request.POST.get("to", "")
    if wanted == "nobody":
        return contact_sets.give(picked, to=None, by=request.user, now=now)
    chosen = ids_in(wanted)[:1]
    person = people_for(request.user).filter(pk__in=chosen).first() if chosen else None
    return contact_sets.give(picked, to=person, by=request.user, now=now) if person else None


def _lifecycle(request: PersonRequest, picked: ContactQuerySet, now: datetime) -> Result | None:
    wanted = request.POST.get("lifecycle", "")
    return (
        contact_sets.set_lifecycle(picked, to=wanted, by=request.user, now=now) if wanted in Lifecycle.values else None
    )


def _audience(request: PersonRequest, picked: ContactQuerySet, now: datetime) -> Result | None:
    name = request.POST.get("new_audience", "").strip()
    chosen = audiences_for(request.user).filter(pk__in=ids_in(request.POST.get("audience", ""))[:1]).first()
    if chosen is None and name:
        chosen = make_audience(name=name, kind="static", by=request.user, now=now)
    return add_members(chosen, picked, by=request.user, now=now) if chosen else None


def _delete(request: PersonRequest, picked: ContactQuerySet, now: datetime) -> Result | None:
    return contact_sets.delete(picked, by=request.user, now=now)


ACTIONS = {
    "tag": Action("contacts.edit", "Tag them", "Tagged", _tag, lambda request: {"tags": list(tags_for(request.user))}),
    "give": Action(
        "contacts.assign", "Give them to", "Gave away", _give,
        lambda request: {"people": list(people_for(request.user).workers().order_by("full_name", "email"))},
    ),
    "lifecycle": Action("contacts.edit", "Move them to", "Moved", _lifecycle, lambda request: {"lifecycles": Lifecycle.choices}),
    "audience": Action(
        "audiences.edit", "Put them into", "Put into the audience:", _audience,
        lambda request: {"audiences": list(audiences_for(request.user))},
    ),
    "delete": Action("contacts.delete", "Delete", "Deleted", _delete),
}  # fmt: skip


@require_POST
@may("contacts.view")
def bulk_page(request: PersonRequest, action: str) -> HttpResponse:
    """Ask what is needed, then change all that is ticked."""
    wanted = ACTIONS.get(action)
    if wanted is None:
        raise Http404("That cannot be done to many at once.")
    if not request.user.can(wanted.permission):
        raise PermissionDenied(wanted.permission)
    now, home = timezone.now(), back(request, "/contacts/")
    picked = _picked(request, now)
    count = picked.order_by()[: MOST + 1].count()
    if not 0 < count <= MOST:
        messages.error(
            request, f"Up to {MOST:,} at once; narrow the filter." if count else "Tick at least one contact first."
        )
        return HttpResponseRedirect(home)
    problem = ""
    try:
        result = wanted.do(request, picked, now)
        if result is not None:
            say(request, result, f"{wanted.done} {counted(len(result.done))}")
            return HttpResponseRedirect(home)
    except (tagging.BadTag, BadAudience) as bad:
        problem = str(bad)
    shown = {"action": action, "wanted": wanted, "count": count, "home": home, "post": request.POST, "problem": problem}
    return render(request, "crm/contacts_bulk.html", shown | wanted.ask(request), status=422 if problem else 200)


def _picked(request: PersonRequest, now: datetime) -> ContactQuerySet:
    """The ticked contacts, or all that match the filter of the page."""
    mine = contacts_for(request.user)
    if request.POST.get("all"):
        return apply(mine, QueryDict(request.POST.get("query", "")), request.user, now).contacts
    return mine.filter(pk__in=ids_in(",".join(request.POST.getlist("ids")), MOST + 1))
