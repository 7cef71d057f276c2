"""Handing over everything a colleague holds, after showing how much that is."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.access import everybody_for, people_for
from crm.handing_over import CannotHandOver, held_by
from crm.handing_over import hand_over as give_all
from crm.views.guard import PersonRequest, may
from crm.views.settings.forms import HandOverForm


@may("team.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def hand_over(request: PersonRequest, person_id: int) -> HttpResponse:
    """Show what the person holds; give all of it to a colleague."""
    person = get_object_or_404(everybody_for(request.user), pk=person_id)
    takers = people_for(request.user).exclude(role="viewer").exclude(pk=person_id)
    form = HandOverForm(request.POST or None, people=takers, initial={"to": person.deputy_id})
    if form.is_valid():
        to = form.cleaned_data["to"]
        try:
            given = give_all(person, to=to, by=request.user, now=timezone.now())
        except CannotHandOver as problem:
            form.add_error("to", str(problem))
        else:
            words = ", ".join(f"{count:,} {label.lower()}" for label, count in given.items())
            messages.success(request, f"{to.name} now holds what was {person.name}’s: {words}.")
            return redirect("settings_person", person_id)
    context = {"form": form, "person": person, "held": held_by(person)}
    return render(request, "crm/settings/hand_over.html", context, status=422 if form.is_bound else 200)
