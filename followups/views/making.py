"""Making follow-ups: one, or one for each of several contacts with a preview of who gets which."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from crm.access import contacts_for, tags_for
from crm.models import Contact, Partner, User
from crm.search_terms import contacts_matching
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may
from crm.views.once import again, first_time, made_before, new_number, remember_made
from crm.zones import local_day
from followups.access import templates_for
from followups.assignment import candidates, share_out
from followups.choosing import Need
from followups.creating import NewFollowUp, create_set
from followups.forms import REMINDERS, FollowUpForm, due_initial
from followups.lifecycle import BadChange
from followups.merge_fields import fill_in, words_of
from followups.models import Priority
from followups.reading.loads import people_to_choose
from followups.reading.origins import origin_of
from followups.reading.rows import NAME_COLUMNS
from followups.reading.sentences import plural
from followups.reading.suiting import ELSEWHERE, suiting
from followups.record_words import record_words
from followups.templates import due_of
from followups.views.concerning import Concerning, concerning, partners_to_choose

#: So many templates are shown at once; the others are one click away.
BEST_TEMPLATES = 8


@require_http_methods(["GET", "HEAD", "POST"])
@may("followups.edit")
def new_page(request: PersonRequest) -> HttpResponse:
    """Ask for a follow-up, or make it: one for each chosen contact, or one for a partner. A second click of the same
    form makes nothing."""
    now = timezone.now()
    given = request.POST if request.method == "POST" else request.GET
    about = concerning(request.user, given, asking=request.method != "POST")
    contacts = about.contacts
    if request.method != "POST":
        form = FollowUpForm(user=request.user, initial=_start_with(request, about, now))
        return _ask(request, form, about, now)
    form = FollowUpForm(request.POST, user=request.user)
    if not about.anybody:
        form.is_valid()
        form.add_error(None, "Choose the client or the partner whom it is for.")
    if not form.is_valid():
        return _ask(request, form, about, now, status=422)
    everybody: list[Contact | None] = [*contacts] or [None]
    new = [_one_for(contact, about, form.cleaned_data) for contact in everybody]
    if len(contacts) == 1:
        asked_from = {name: form.cleaned_data.get(name) for name in ("note", "event")}
        origin = origin_of(request.user, contacts[0].pk, **asked_from)
        new[0].note_id, new[0].event_id = origin.note_id, origin.event_id
    if len(new) > 1 and not request.POST.get("sure"):
        return _ask(request, form, about, now, preview=_preview(new, contacts, now))
    if not first_time(request):
        return HttpResponseRedirect(made_before(request) or back(request, "/followups/"))
    try:
        made = create_set(new, by=request.user, now=now)
    except BadChange as problem:
        again(request)
        form.add_error(None, str(problem))
        return _ask(request, form, about, now, status=422)
    said = (
        f"Added “{new[0].subject}” for {about.who}" if len(new) == 1 else f"Added {plural(len(made.ids), 'follow-up')}"
    )
    messages.success(request, said, extra_tags=f"undo:/undo/{made.undo_id}/" if made.undo_id else "")
    address = back(request, f"/followups/{made.ids[0]}/" if len(made.ids) == 1 else "/followups/")
    remember_made(request, address)
    return HttpResponseRedirect(address)


def _words(contact: Contact | None, partner: Partner | None) -> dict[str, str]:
    name = partner.name if partner else ""
    if contact is None:
        return words_of("", "", "", name, name)
    return words_of(contact.first_name, contact.last_name, contact.organisation, contact.name, name)


def _one_for(contact: Contact | None, about: Concerning, asked: dict[str, Any]) -> NewFollowUp:
    words = _words(contact, about.partner)
    return NewFollowUp(
        contact_id=contact.pk if contact else None,
        partner_id=about.partner.pk if about.partner else None,
        **about.ids,
        subject=fill_in(asked["subject"], words) or asked["subject"],
        type_id=asked["type"].pk,
        due=asked["due"],
        assignee_id=asked["assignee"],
        priority=asked["priority"],
        description=asked["description"],
        group=asked["group"],
        tag_ids=[tag.pk for tag in asked["tags"]],
        reminders=asked["plans"],
        pinned=asked["pinned"],
        template_id=int(asked["template"]) if asked["template"].isdecimal() and len(asked["template"]) < 10 else None,
    )


def _preview(new: list[NewFollowUp], contacts: list[Contact], now: datetime) -> list[dict[str, str]]:
    """Who would get which, and why, before anything is written."""
    people = candidates(now)
    names = {person.id: person.name for person in people}
    open_ones = [one for one in new if one.assignee_id is None]
    needs = [(Need(contact.country, contact.language, contact.team_id), ()) for contact in contacts]
    choices = iter(share_out(needs, people) if open_ones else [])
    shown = []
    for one, contact in zip(new, contacts, strict=True):
        choice = next(choices, None)
        who = names.get(choice.person_id if choice else one.assignee_id or 0, "")
        shown.append(
            {
                "who": contact.name,
                "subject": one.subject,
                "by": who,
                "because": choice.because if choice else "You chose them",
            }
        )
    return shown


def _start_with(request: PersonRequest, about: Concerning, now: datetime) -> dict[str, Any]:
    """What the empty form shows: today, oneself, or what the chosen template says."""
    user, contacts = request.user, about.contacts
    first: dict[str, Any] = {
        "day": local_day(now, user.time_zone).isoformat(),
        "assignee": str(user.pk) if len(contacts) < 2 else "auto",
        "subject": request.GET.get("subject", "")[:200],
        "priority": Priority.MEDIUM,
    }
    wanted = ids_in(request.GET.get("template", ""))
    note, event = (next(iter(ids_in(request.GET.get(name, ""))), None) for name in ("note", "event"))
    if len(contacts) == 1 and (note or event):
        origin = origin_of(user, contacts[0].pk, note=note, event=event)
        first |= {"note": origin.note_id, "event": origin.event_id, "subject": first["subject"] or origin.words}
    template = templates_for(user).filter(pk__in=wanted, archived_at__isnull=True).first()
    if template is None:
        return first
    due = due_of(template, now, user.time_zone)
    one = about.anybody and len(contacts) < 2
    words = _words(contacts[0] if contacts else None, about.partner) if one else None
    if words is not None:
        stub = NewFollowUp(
            contacts[0].pk if contacts else None, template.subject, template.type_id, due,
            description=template.description, **about.ids,
        )  # fmt: skip
        words = words | record_words([stub])(stub)
    return first | {
        "subject": fill_in(template.subject, words) if words else template.subject,
        "type": template.type_id,
        "priority": template.priority,
        "description": fill_in(template.description, words) if words else template.description,
        "own_reminders": bool(template.reminders),
        "reminders": template.reminders,
        "template": template.pk,
        **due_initial(due, user.time_zone),
    }


def _ask(
    request: PersonRequest,
    form: FollowUpForm,
    about: Concerning,
    now: datetime,
    *,
    preview: list[dict[str, str]] | None = None,
    status: int = 200,
) -> HttpResponse:
    user = request.user
    best, others = _templates(user, about)
    shown = {
        "form": form,
        "contacts": about.contacts,
        "partner": about.partner,
        "records": about.lines,
        "about": about.address,
        "nearby": [] if about.contacts else nearby(user),
        "partners": [] if len(about.contacts) > 1 else partners_to_choose(user),
        "templates": best,
        "other_templates": others,
        "people": people_to_choose(user, now),
        "reminders": REMINDERS,
        "priorities": Priority.choices,
        "tags": list(tags_for(user)),
        "preview": preview,
        "next": back(request, ""),
        "once": request.POST.get("once") or new_number(),
    }
    return render(request, "followups/new.html", shown, status=status)


def _templates(user: User, about: Concerning) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The templates to begin with: those that suit where the one client stands, and the others."""
    found = list(templates_for(user).filter(archived_at__isnull=True))
    one = about.contacts[0] if len(about.contacts) == 1 else None
    fits = suiting(
        found,
        contact_id=one.pk if one else None,
        lifecycle=one.lifecycle if one else None,
        records=about.records,
    )
    ranked = sorted(found, key=lambda one: (fits[one.pk], one.name))
    best = [(one.pk, one.name) for one in ranked if fits[one.pk] < ELSEWHERE][:BEST_TEMPLATES]
    return best, [
        (one.pk, one.name) for one in sorted(ranked, key=lambda one: one.name) if (one.pk, one.name) not in best
    ]


def nearby(user: User, most: int = 50) -> list[tuple[int, str]]:
    """The contacts one is most likely to mean, for the picker without scripts: one's own, those due next first."""
    mine = contacts_for(user).filter(owner=user) if user.role == "agent" else contacts_for(user)
    likely = mine.active().order_by("next_due_by", "pk").only(*NAME_COLUMNS)
    return [(one.pk, one.name) for one in likely[:most]]


@require_GET
@may("contacts.view")
def contact_options(request: PersonRequest) -> JsonResponse:
    """The contacts whose name, address or number begins with the words, for the picker."""
    words = request.GET.get("q", "").replace("\0", "").strip()[:200]
    if not words:
        return JsonResponse([{"value": str(pk), "label": name} for pk, name in nearby(request.user, 12)], safe=False)
    found = contacts_for(request.user).filter(contacts_matching(words)).order_by("last_name", "first_name", "pk")[:12]
    options = [
        {"value": str(one.pk), "label": one.name, "hint": one.organisation or one.email or one.phone} for one in found
    ]
    return JsonResponse(options, safe=False)
