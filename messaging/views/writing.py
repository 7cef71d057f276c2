"""Writing to a contact: the composer below a talk, and what its buttons do."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from crm.models import Contact
from crm.reading.contact_record import contact_or_404
from crm.views.asking import back
from crm.views.guard import PersonRequest, may
from crm.views.once import again, first_time, made_before, new_number, remember_made
from messaging.access import messages_for, threads_for
from messaging.filters import number
from messaging.inbox.composing import TOPICS, CannotWrite, ComposeForm, send, taken_back
from messaging.inbox.filling import Filled, filled, offered
from messaging.inbox.ways import Way, Ways, ways_to
from messaging.inbox.words import CLASSES
from messaging.models import MessageChannel
from messaging.templating.fields import unbraced
from messaging.templating.segments import segments
from messaging.views.talk_parts import list_shown, talk_shown


def composer(
    request: PersonRequest, contact: Contact, now: datetime, form: ComposeForm | None = None, fill: Filled | None = None
) -> dict[str, Any]:
    """What the composer draws: the ways, the words so far, the templates. Nothing for who may not write."""
    user = request.user
    if not user.can("messages.send"):
        return {}
    talk = messages_for(user).filter(contact=contact.pk)
    thread = threads_for(user).filter(pk=contact.pk).values("last_channel").first()
    draft = _draft(request, form, fill)
    if form is None and fill is None and (last := taken_back(talk, user, now)):
        body = getattr(last, "body", None)
        draft |= {
            "text": body.text if body else "",
            "subject": last.subject,
            "channel": last.channel,
            "topic": last.topic,
        }
    ways = ways_to(
        contact.pk, topic=draft["topic"] or "service", now=now, last_channel=thread["last_channel"] if thread else ""
    )
    draft["channel"] = draft["channel"] or ways.best
    if not draft["subject"]:
        said = talk.filter(channel=MessageChannel.EMAIL).exclude(subject="")
        said = said.exclude(direction="in", data__classified__in=list(CLASSES))
        draft["subject"] = _subject(said.order_by("-pk").values_list("subject", flat=True).first() or "")
    return {
        "ways": ways,
        "draft": draft,
        "topics": TOPICS,
        "templates": offered(),
        "fill": fill,
        "problems": {name: " ".join(map(str, found)) for name, found in form.errors.items()} if form else {},
        "may_insist": user.can("messages.insist"),
        "once": request.POST.get("once") or new_number(),
        "counted": segments(draft["text"]),
        "focus_words": "write" in request.GET or fill is not None,
        "answered_followup": number(request.GET.get("answered", "")),
    }


def _draft(request: PersonRequest, form: ComposeForm | None, fill: Filled | None) -> dict[str, Any]:
    given = request.POST if form else {}
    draft: dict[str, Any] = {
        name: given.get(name, "")
        for name in ("channel", "topic", "subject", "text", "send_at", "insist", "followup", "whole")
    }
    if not form:
        draft["followup"] = number(request.GET.get("followup", "")) or ""
        draft["channel"] = request.GET.get("channel", "") if request.GET.get("channel") in MessageChannel.values else ""
    if fill:
        draft |= {"channel": fill.channel, "text": fill.text, "subject": fill.subject or draft["subject"]}
        draft["whole"] = fill.template_id if fill.whole else ""
    return draft


def _subject(last: str) -> str:
    """What answers a mail of this subject: what they put between braces is no field of ours."""
    last = unbraced(last)
    return last if not last or last.lower().startswith("re:") else f"Re: {last}"


@require_POST
@may("messages.send")
def write(request: PersonRequest, contact_id: int) -> HttpResponse:
    """Send what was written, or fill a template into the composer first."""
    now, user = timezone.now(), request.user
    contact = contact_or_404(user, contact_id)
    home = back(request, f"/inbox/{contact_id}/")
    form = ComposeForm(request.POST)
    if request.POST.get("do") == "fill":
        template = number(request.POST.get("template", ""))
        fill = filled(template, contact, user, now=now) if template else None
        return _again(request, contact, now, form if fill is None else None, fill)
    if not form.is_valid():
        return _again(request, contact, now, form)
    if not first_time(request):
        return HttpResponseRedirect(made_before(request) or home)
    given = form.cleaned_data
    if not user.can("messages.insist"):
        given["insist"] = ""
    if given["whole"] and (words := filled(given["whole"], contact, user, now=now)):
        given["channel"] = words.channel  # a template has one, whatever was ticked
    way = ways_to(
        contact_id, topic=given["topic"], now=now, insist=given["insist"], templated=bool(given["whole"]),
        send_at=given["send_at"],
    ).of(given["channel"])  # fmt: skip
    try:
        if way.shut:
            raise CannotWrite("channel", way.title)
        sent = send(given, contact, by=user, key=request.POST.get("once", "")[:64] or uuid4().hex, now=now)
    except CannotWrite as problem:
        again(request)
        form.add_error(problem.field if problem.field in form.fields else None, str(problem))
        return _again(request, contact, now, form)
    _tell(request, contact, way, sent.written.refused, sent.leaves_at, sent.undo_id, now)
    leads = f"{home}{'&' if '?' in home else '?'}answered={given['followup']}" if given["followup"] else home
    remember_made(request, leads)
    return HttpResponseRedirect(leads)


def _tell(
    request: PersonRequest,
    contact: Contact,
    way: Way,
    refused: str,
    leaves: datetime,
    undo_id: int | None,
    now: datetime,
) -> None:
    if refused:
        messages.error(request, f"Not sent. {refused}")
        return
    if way.verdict.verdict == "hold":
        said = way.title
    elif (leaves - now).total_seconds() > 60:
        said = f"{way.label} to {contact.name} leaves on {timezone.localtime(leaves):%-d %b at %H:%M}"
    else:
        said = f"{way.label} to {contact.name} leaves in 10 seconds"
    messages.success(request, said, extra_tags=f"undo:/undo/{undo_id}/" if undo_id else "")


def _again(
    request: PersonRequest, contact: Contact, now: datetime, form: ComposeForm | None = None, fill: Filled | None = None
) -> HttpResponse:
    """The page of the talk with the composer as it was left."""
    shown = talk_shown(request, contact.pk, now) | list_shown(request, now)
    shown |= composer(request, contact, now, form, fill)
    return render(request, "messaging/inbox.html", shown, status=422 if form else 200)


@require_GET
@may("messages.send")
def ways(request: PersonRequest, contact_id: int) -> HttpResponse:
    """Say anew what each channel would do, for another topic: the composer's fragment."""
    now = timezone.now()
    contact = contact_or_404(request.user, contact_id)
    topic = request.GET.get("topic", "")
    known = topic if topic in dict(TOPICS) else "service"
    found: Ways = ways_to(contact.pk, topic=known, now=now)
    return render(request, "messaging/_ways.html", {"ways": found})
