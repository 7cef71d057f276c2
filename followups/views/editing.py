"""Changing what a follow-up says, all of its form at once; nothing typed is lost to a colleague who was faster."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.access import people_for, tags_for
from crm.models import User
from crm.views.asking import back
from crm.views.guard import PersonRequest, may
from followups import transitions
from followups.due import Due
from followups.forms import REMINDERS, FollowUpForm, initial_of
from followups.lifecycle import BadChange
from followups.models import FollowUp, Priority
from followups.reading.loads import people_to_choose
from followups.views.finding import one, row_or_404


class Stale(Exception):
    """Somebody changed it since the form was opened."""


@require_http_methods(["GET", "HEAD", "POST"])
@may("followups.edit")
def edit_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the form, or change what differs: all of it or nothing."""
    now, user = timezone.now(), request.user
    row = row_or_404(user, pk, now)
    followup = get_object_or_404(one(user, pk))
    plans = list(followup.reminders.filter(state="waiting").values_list("before_minutes", "at"))
    first = initial_of(followup, user.time_zone, plans)
    form = FollowUpForm(
        request.POST if request.method == "POST" else None, user=user, keep_type=followup.type_id, initial=first
    )
    stale = False
    if form.is_bound and form.is_valid():
        try:
            changed = _change(followup, form, user)
        except Stale:
            stale = True
        except BadChange as problem:
            form.add_error(None, str(problem))
        else:
            messages.success(
                request, f"Changed “{form.cleaned_data['subject']}”" if changed else "Nothing was different."
            )
            return HttpResponseRedirect(back(request, f"/followups/{pk}/"))
    shown = {
        "f": row, "form": form, "stale": stale, "people": people_to_choose(user, now), "reminders": REMINDERS,
        "priorities": Priority.choices, "tags": list(tags_for(user)), "next": back(request, ""),
    }  # fmt: skip
    return render(request, "followups/edit.html", shown, status=409 if stale else 422 if form.is_bound else 200)


def _change(followup: FollowUp, form: FollowUpForm, user: User) -> bool:
    """Call the verb for each part that differs, in one transaction. Raises Stale and BadChange."""
    asked, now = form.cleaned_data, timezone.now()
    if asked["version"] is not None and asked["version"] != followup.version:
        raise Stale
    those = one(user, followup.pk)
    steps: list[tuple[Any, dict[str, Any]]] = []
    words = {
        "subject": asked["subject"],
        "description": asked["description"],
        "group": asked["group"],
        "type_id": asked["type"].pk,
    }
    differing = {name: value for name, value in words.items() if getattr(followup, name) != value}
    if {"own_reminders", "reminders", "remind_day", "remind_time"} & set(form.changed_data):
        differing["reminders"] = asked["plans"] or []
    if differing:
        steps.append((transitions.edit, differing))
    if asked["priority"] != followup.priority:
        steps.append((transitions.set_priority, {"priority": asked["priority"]}))
    if {"day", "time", "zone"} & set(form.changed_data) and asked["due"] != Due(on=followup.due_on, at=followup.due_at):
        steps.append((transitions.reschedule, {"due": asked["due"]}))
    if asked["assignee"] and asked["assignee"] != followup.assignee_id:
        steps.append((transitions.delegate, {"to": people_for(user).get(pk=asked["assignee"])}))
    if asked["pinned"] != followup.pinned:
        steps.append((transitions.pin, {"pinned": asked["pinned"]}))
    have, wanted = set(followup.tags.values_list("pk", flat=True)), {tag.pk for tag in asked["tags"]}
    if have != wanted:
        steps.append((transitions.tag, {"add": wanted - have, "remove": have - wanted}))
    with transaction.atomic():
        version = followup.version
        for verb, given in steps:
            result = verb(those, by=user, now=now, version=version, **given)
            if result.stale:
                raise Stale
            if result.refused:
                raise BadChange(next(iter(result.refused.values())))
            version += 1
    return bool(steps)
