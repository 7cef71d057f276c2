"""One change to all ticked rows, or to all that match the filter: asked for, done to all or to none, undoable."""

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

from crm.access import tags_for
from crm.models import User
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may
from crm.zones import zone
from followups import bulk, transitions
from followups.access import followups_for
from followups.changing import Result
from followups.completing import outcomes_for
from followups.filters import apply
from followups.forms import DelegateForm, RescheduleForm
from followups.lifecycle import OPEN, BadChange
from followups.models import Outcome, Priority
from followups.models.followup import FollowUpQuerySet
from followups.reading.loads import loads
from followups.reading.moments import day_offers
from followups.reading.rows import rows_of
from followups.reading.sentences import plural
from followups.views.answering import say

#: What a verb is given, and the set without those for which there is nothing to do; None asks the person.
Ready = tuple[dict[str, Any], FollowUpQuerySet] | None


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do to many. `read` takes the form's answer, `ask` gives the asking page what it shows."""

    permission: str
    title: str
    done: str
    verb: Callable[..., Result]
    read: Callable[[PersonRequest, FollowUpQuerySet, datetime], Ready]
    ask: Callable[[PersonRequest, FollowUpQuerySet, datetime], dict[str, Any]]


def _complete(request: PersonRequest, picked: FollowUpQuerySet, now: datetime) -> Ready:
    outcome = request.POST.get("outcome", "")
    return ({"outcome": outcome, "notes": request.POST.get("notes", "")[:20_000]}, picked) if outcome else None


def _outcomes(request: PersonRequest, picked: FollowUpQuerySet, now: datetime) -> dict[str, Any]:
    kinds = list(picked.order_by().values_list("type_id", flat=True).distinct()[:2])
    offered: list[Outcome] = outcomes_for(kinds[0]) if len(kinds) == 1 else outcomes_for(0)
    return {"outcomes": offered}


def _reschedule(request: PersonRequest, picked: FollowUpQuerySet, now: datetime) -> Ready:
    if not request.POST.get("day"):
        return None
    form = RescheduleForm(request.POST, zone_name=request.user.time_zone)
    if not form.is_valid():
        raise BadChange(" ".join(str(error) for errors in form.errors.values() for error in errors))
    return {"due": form.cleaned_data["due"]}, picked


def _assign(request: PersonRequest, picked: FollowUpQuerySet, now: datetime) -> Ready:
    if request.POST.get("to") == "auto":
        return {}, picked
    if not request.POST.get("to"):
        return None
    form = DelegateForm(request.POST, user=request.user)
    if not form.is_valid():
        raise BadChange("Choose a colleague who can hold follow-ups.")
    to = form.cleaned_data["to"]
    return {"to": to, "because": form.cleaned_data["because"]}, picked.exclude(assignee=to)


def _give(picked: FollowUpQuerySet, *, by: User, now: datetime, to: User | None = None, because: str = "") -> Result:
    if to is None:
        return bulk.share(picked, by=by, now=now)
    return transitions.delegate(picked, by=by, now=now, to=to, because=because)


def _tag(request: PersonRequest, picked: FollowUpQuerySet, now: datetime) -> Ready:
    add, remove = ids_in(",".join(request.POST.getlist("add"))), ids_in(",".join(request.POST.getlist("remove")))
    if not add and not remove:
        return None
    return {"add": add, "remove": remove}, bulk.tags_differ(picked, add, remove)


def _prioritise(request: PersonRequest, picked: FollowUpQuerySet, now: datetime) -> Ready:
    wanted = request.POST.get("priority", "")
    return ({"priority": wanted}, picked.exclude(priority=wanted)) if wanted else None


def _at_once(request: PersonRequest, picked: FollowUpQuerySet, now: datetime) -> Ready:
    return {}, picked


def _nothing(request: PersonRequest, picked: FollowUpQuerySet, now: datetime) -> dict[str, Any]:
    return {}


ACTIONS = {
    "complete": Action("followups.edit", "How did they go?", "Completed", transitions.complete, _complete, _outcomes),
    "reschedule": Action(
        "followups.edit", "A new due date", "Rescheduled", transitions.reschedule, _reschedule,
        lambda request, picked, now: {"offers": day_offers(now, request.user.time_zone)},
    ),
    "assign": Action(
        "followups.assign", "Give them to", "Gave away", _give, _assign,
        lambda request, picked, now: {"loads": loads(request.user, now)},
    ),
    "tag": Action(
        "followups.edit", "Tag them", "Tagged", transitions.tag, _tag,
        lambda request, picked, now: {"tags": list(tags_for(request.user))},
    ),
    "priority": Action(
        "followups.edit", "How much do they matter?", "Changed the priority of", transitions.set_priority, _prioritise,
        lambda request, picked, now: {"priorities": Priority.choices},
    ),
    "delete": Action("followups.delete", "Delete", "Deleted", transitions.delete, _at_once, _nothing),
}  # fmt: skip


@require_POST
@may("followups.edit")
def bulk_page(request: PersonRequest, action: str) -> HttpResponse:
    """Ask what is needed, then change all that is ticked, or nothing."""
    wanted = ACTIONS.get(action)
    if wanted is None:
        raise Http404("That cannot be done to many at once.")
    if not request.user.can(wanted.permission):
        raise PermissionDenied(wanted.permission)
    now, home = timezone.now(), back(request, "/followups/")
    picked = _picked(request, now)
    count = picked.order_by()[: bulk.MOST + 1].count()
    if not 0 < count <= bulk.MOST:
        messages.error(
            request,
            f"Up to {bulk.MOST:,} at once; narrow the filter." if count else "Tick at least one follow-up first.",
        )
        return HttpResponseRedirect(home)
    shown: dict[str, Any] = {"action": action, "wanted": wanted, "count": count, "home": home, "post": request.POST}
    try:
        ready = wanted.read(request, picked, now)
        if ready is not None:
            given, those = ready
            result = bulk.all_or_none(wanted.verb, those, by=request.user, now=now, **given)
            say(request, result, f"{wanted.done} {plural(len(result.done), 'follow-up')}")
            if not result.done:
                messages.info(request, "There was nothing to change: they are so already.")
            return HttpResponseRedirect(home)
    except BadChange as problem:
        shown["problem"] = str(problem)
    except bulk.NotAll as problem:
        shown |= _refusals(request, problem, now)
    return _ask(request, wanted, picked, shown, now)


def _picked(request: PersonRequest, now: datetime) -> FollowUpQuerySet:
    """The ticked rows, or all that match the filter of the page; without those that were left out on purpose."""
    mine = followups_for(request.user)
    if request.POST.get("all"):
        picked = apply(mine, QueryDict(request.POST.get("query", "")), request.user, now).followups
    else:
        picked = mine.filter(pk__in=ids_in(",".join(request.POST.getlist("ids")), bulk.MOST + 1))
    if left_out := ids_in(request.POST.get("without", "")):
        picked = picked.exclude(pk__in=left_out)
    return picked


def _refusals(request: PersonRequest, problem: bulk.NotAll, now: datetime) -> dict[str, Any]:
    few = list(problem.refused)[:20]
    rows = rows_of(
        followups_for(request.user).filter(pk__in=few).order_by("due_by", "pk"), now, zone(request.user.time_zone)
    )
    return {
        "refused": [(row, problem.refused[row["id"]]) for row in rows],
        "refusing": len(problem.refused),
        "others": problem.total - len(problem.refused),
        "without": ",".join(str(pk) for pk in problem.refused),
    }


def _ask(
    request: PersonRequest, wanted: Action, picked: FollowUpQuerySet, shown: dict[str, Any], now: datetime
) -> HttpResponse:
    shown |= wanted.ask(request, picked, now)
    shown["open_count"] = picked.filter(status__in=OPEN).order_by().count()
    return render(
        request, "followups/bulk.html", shown, status=422 if "problem" in shown or "refused" in shown else 200
    )
