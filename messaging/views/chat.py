"""The settings of chat rooms: which of them are told what."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.views.guard import PersonRequest, may
from messaging.chat_rooms import BadRoom, all_rooms, keep_room, remove_room, room_of, try_room
from messaging.filters import BIGGEST
from messaging.kinds import described
from messaging.models import ChatHook
from messaging.views.chat_forms import RoomForm


@may("settings.manage")
@require_safe
def rooms(request: PersonRequest) -> HttpResponse:
    """Show the rooms."""
    found = [(room, [described(kind).title for kind in room.kinds]) for room in all_rooms()]
    return render(request, "messaging/settings/chat.html", {"rooms": found})


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: PersonRequest, room_id: int | None = None) -> HttpResponse:
    """Add a room, or change one."""
    kept = None if room_id is None else _room(room_id)
    form = RoomForm(request.POST or None, room=kept)
    if form.is_valid():
        said = form.cleaned_data
        try:
            keep_room(
                kept,
                name=said["name"],
                service=said["service"],
                url=said["url"],
                kinds=said["kinds"],
                team_id=said["team"].pk if said["team"] else None,
                active=said["active"],
                by=request.user,
                now=timezone.now(),
            )
        except BadRoom as problem:
            form.add_error(problem.field, str(problem))
        else:
            messages.success(request, f"“{said['name']}” is kept. Try it out to see that it works.")
            return redirect("settings_chat")
    context = {"form": form, "room": kept}
    return render(request, "messaging/settings/chat_room.html", context, status=422 if form.is_bound else 200)


@may("settings.manage")
@require_POST
def try_out(request: PersonRequest, room_id: int) -> HttpResponse:
    """Send the room a word."""
    kept = _room(room_id)
    if kept.active:
        try_room(kept, by=request.user, now=timezone.now())
        messages.success(request, f"A word to “{kept.name}” is on its way. It should be there in a few seconds.")
    else:
        messages.error(request, f"“{kept.name}” is not in use.")
    return redirect("settings_chat")


@may("settings.manage")
@require_POST
def remove(request: PersonRequest, room_id: int) -> HttpResponse:
    """Tell the room nothing more."""
    kept = _room(room_id)
    remove_room(kept, by=request.user)
    messages.success(request, f"“{kept.name}” is told nothing more.")
    return redirect("settings_chat")


def _room(room_id: int) -> ChatHook:
    found = room_of(min(room_id, BIGGEST))
    if found is None:
        raise Http404
    return found
