"""One contact's page: overview, timeline, preferences, and what is done to the contact itself."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm import contact_sets, tagging
from crm.access import contacts_for, deleted_contacts_for, people_for, tags_for
from crm.audiences.listing import audiences_of
from crm.consent import set_consent
from crm.merging.survivors import or_survivor
from crm.models import Lifecycle
from crm.models.contact import Channel
from crm.panels import panels_of
from crm.partners.record import partners_of
from crm.reading.contact_record import consents_of, contact_or_404, details, record_of
from crm.reading.timeline import groups, timeline_page
from crm.views.answering import say
from crm.views.asking import BIGGEST, back, ids_in
from crm.views.guard import PersonRequest, may


@require_GET
@may("contacts.view")
@or_survivor
def contact_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the overview: what is open, what happened last, what is known."""
    now = timezone.now()
    record = record_of(request.user, pk, now)
    told, page = timeline_page(request.user, pk, size=12)
    shown = frame(request, record, "overview") | {
        "panels": panels_of(request, "contact", record.contact, now),
        "told": told,
        "more": page.later,
        "details": details(record),
        "partners": partners_of(record.contact) if request.user.can("partners.view") else [],
        "may_partner": request.user.can("partners.edit"),
        "audiences": audiences_of(request.user, pk),
        "may_audience": request.user.can("audiences.edit"),
        "now": now,
    }
    return render(request, "crm/contact.html", shown)


@require_GET
@may("contacts.view")
@or_survivor
def timeline(request: PersonRequest, pk: int) -> HttpResponse:
    """Show what happened, by group of kinds, in pages."""
    given, now = request.GET, timezone.now()
    record = record_of(request.user, pk, now)
    group = given.get("group", "")[:40]
    told, page = timeline_page(
        request.user, pk, group=group, after=given.get("after", ""), before=given.get("before", "")
    )
    shown = frame(request, record, "timeline") | {
        "told": told,
        "page": page,
        "group": group,
        "groups": groups(),
        "now": now,
    }
    return render(request, "crm/contact_timeline.html", shown)


def frame(request: PersonRequest, record: object, tab: str) -> dict[str, object]:
    user = request.user
    return {
        "record": record,
        "tab": tab,
        "lifecycles": Lifecycle.choices,
        **{f"may_{verb}": user.can(f"contacts.{verb}") for verb in ("edit", "assign", "delete")},
        "may_follow_up": user.can("followups.edit"),
        "sees_followups": user.can("followups.view"),
        **{f"sees_{area}": user.can(f"{area}.view") for area in ("messages", "deals", "documents", "invoices")},
    }


@require_POST
@may("contacts.edit")
def set_lifecycle(request: PersonRequest, pk: int) -> HttpResponse:
    """Move the contact to another place in the lifecycle."""
    contact_or_404(request.user, pk)
    wanted = request.POST.get("lifecycle", "")
    if wanted not in Lifecycle.values:
        messages.error(request, "That place in the lifecycle does not exist.")
    else:
        result = contact_sets.set_lifecycle(
            contacts_for(request.user).filter(pk=pk), to=wanted, by=request.user, now=timezone.now()
        )
        say(request, result, f"Moved to {Lifecycle(wanted).label}")
    return HttpResponseRedirect(back(request, f"/contacts/{pk}/"))


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.assign")
def give(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask whom to give the contact to, then give it."""
    contact = contact_or_404(request.user, pk)
    if request.method == "POST":
        wanted = request.POST.get("to", "")
        person = people_for(request.user).filter(pk__in=ids_in(wanted)[:1]).first()
        if person or wanted == "nobody":
            result = contact_sets.give(
                contacts_for(request.user).filter(pk=pk), to=person, by=request.user, now=timezone.now()
            )
            say(request, result, f"Given to {person.name if person else 'nobody'}")
        # One's own contact, given away, may be out of sight now.
        home = f"/contacts/{pk}/" if contacts_for(request.user).filter(pk=pk).exists() else "/contacts/"
        return HttpResponseRedirect(home)
    people = people_for(request.user).workers().order_by("full_name", "email")
    return render(request, "crm/contact_give.html", {"contact": contact, "people": people})


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.edit")
def tags(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the tag picker, and put on and take off what was ticked."""
    contact, now = contact_or_404(request.user, pk), timezone.now()
    worn = set(contact.tags.values_list("pk", flat=True))
    known = list(tags_for(request.user))
    if request.method == "POST":
        wanted = set(ids_in(",".join(request.POST.getlist("tags")))) & {one.pk for one in known}
        if request.POST.get("remove"):  # the cross on one tag
            wanted = worn - set(ids_in(request.POST["remove"]))
        try:
            name = request.POST.get("new_tag", "").strip()
            if name and request.user.can("tags.manage"):
                wanted.add(tagging.tags_named([name])[name])
            result = tagging.tag(
                contacts_for(request.user).filter(pk=pk),
                add=wanted - worn,
                remove=worn - wanted,
                by=request.user,
                now=now,
            )
            say(request, result, "Changed the tags")
        except tagging.BadTag as problem:
            messages.error(request, str(problem))
        return HttpResponseRedirect(back(request, f"/contacts/{pk}/"))
    return render(request, "crm/contact_tags.html", {"contact": contact, "tags": known, "worn": worn})


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.view")
@or_survivor
def preferences(request: PersonRequest, pk: int) -> HttpResponse:
    """Show what the contact allows by channel, and note what they said."""
    record, now = record_of(request.user, pk, timezone.now()), timezone.now()
    if request.method == "POST" and request.user.can("contacts.edit"):
        channel, state = request.POST.get("channel", ""), request.POST.get("state", "")
        if channel in Channel.values and state in ("granted", "withdrawn"):
            proof = request.POST.get("proof", "").replace("\0", "")[:2_000]
            changed = set_consent(
                [pk], channel, "all", state, f"Noted by {request.user.name}", request.user, now, proof
            )
            messages.success(request, "Noted" if changed else "It was so already")
        return HttpResponseRedirect(f"/contacts/{pk}/preferences/")
    consents = consents_of(pk)
    states = {one.channel: one for one in consents if one.topic == "all"}
    rows = [(value, label, states.get(value)) for value, label in Channel.choices]
    others = [one for one in consents if one.topic != "all"]
    shown = frame(request, record, "preferences") | {"rows": rows, "others": others, "now": now}
    return render(request, "crm/contact_preferences.html", shown)


@require_POST
@may("contacts.delete")
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the contact out of every list; the toast brings it back."""
    contact = contact_or_404(request.user, pk)
    result = contact_sets.delete(contacts_for(request.user).filter(pk=pk), by=request.user, now=timezone.now())
    say(request, result, f"Deleted {contact.name}")
    return HttpResponseRedirect("/contacts/")


@require_POST
@may("contacts.delete")
def restore(request: PersonRequest, pk: int) -> HttpResponse:
    """Bring a deleted contact back."""
    gone = deleted_contacts_for(request.user).filter(pk=pk if pk <= BIGGEST else 0)
    result = contact_sets.restore(gone, by=request.user, now=timezone.now())
    if not result.done and not result.refused:
        contact_or_404(request.user, pk)
    say(request, result, "Restored")
    return HttpResponseRedirect(f"/contacts/{pk}/" if result.done else "/contacts/?" + urlencode({"q": ""}))
