"""A contact's notes: written, pinned, edited, deleted with an undo."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm import notes
from crm.access import notes_for
from crm.forms import NoteForm
from crm.merging.survivors import or_survivor
from crm.models.note import NoteQuerySet
from crm.reading.contact_record import record_of
from crm.reading.paging import Sort, page_of
from crm.rich_text import plain_text
from crm.views.answering import say
from crm.views.asking import BIGGEST, back
from crm.views.contact import frame
from crm.views.guard import PersonRequest, may
from crm.views.once import again, first_time, new_number

NEWEST = Sort("notes", ("created_at",), descending=True)


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.view")
@or_survivor
def contact_notes(request: PersonRequest, pk: int) -> HttpResponse:
    """Show the notes, pinned ones first, and take a new one."""
    user, now = request.user, timezone.now()
    record = record_of(user, pk, now)
    form = NoteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and not user.can("contacts.edit"):
        return HttpResponse("You may read notes, not write them.", status=403)
    if form.is_bound and form.is_valid():
        if not first_time(request):
            return HttpResponseRedirect(back(request, f"/contacts/{pk}/notes/"))
        try:
            said = form.cleaned_data
            notes.add_note(
                record.contact,
                by=user,
                now=now,
                body=said["body"],
                pinned=said["pinned"],
                follow_up_on=said["follow_up_on"],
            )
            messages.success(request, "Noted" + (", and a follow-up will be made" if said["follow_up_on"] else ""))
            return HttpResponseRedirect(back(request, f"/contacts/{pk}/notes/"))
        except notes.BadNote as problem:
            again(request)
            form.add_error(problem.field, str(problem))
    mine = notes_for(user).filter(contact=pk)
    page = page_of(
        mine.filter(pinned=False),
        NEWEST,
        _COLUMNS,
        after=request.GET.get("after", ""),
        before=request.GET.get("before", ""),
        size=30,
    )
    shown = frame(request, record, "notes") | {
        "form": form, "once": new_number(), "page": page, "pinned": list(mine.filter(pinned=True).order_by("-created_at").values("id", *_COLUMNS)[:50]),
    }  # fmt: skip
    return render(request, "crm/contact_notes.html", shown, status=422 if form.is_bound else 200)


_COLUMNS = ("body", "pinned", "created_at", "edited_at", "author_id", "author__full_name", "author__email")


def _one(request: PersonRequest, pk: int) -> NoteQuerySet:
    """The set of one note that this person may see. Raises Http404."""
    found = notes_for(request.user).filter(pk=pk if pk <= BIGGEST else 0)
    if not found.exists():
        raise Http404("There is no such note here.")
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.edit")
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Write the note anew."""
    found = _one(request, pk)
    note = found.select_related("contact").get()
    problem, body = "", request.POST.get("body", "")
    if request.method == "POST":
        try:
            notes.change_note(found, by=request.user, now=timezone.now(), body=body)
            messages.success(request, "Saved the note")
            return HttpResponseRedirect(f"/contacts/{note.contact_id}/notes/")
        except notes.BadNote as bad:
            problem = str(bad)
    typed = body or plain_text(note.body)
    return render(
        request,
        "crm/note_edit.html",
        {"note": note, "typed": typed, "problem": problem},
        status=422 if problem else 200,
    )


@require_POST
@may("contacts.edit")
def pin(request: PersonRequest, pk: int) -> HttpResponse:
    """Pin the note to the top, or let it go."""
    found = _one(request, pk)
    contact_id = found.values_list("contact_id", flat=True).get()
    notes.pin_notes(found, pinned=request.POST.get("pinned", "yes") == "yes")
    return HttpResponseRedirect(back(request, f"/contacts/{contact_id}/notes/"))


@require_POST
@may("contacts.edit")
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the note away; the toast brings it back."""
    found = _one(request, pk)
    contact_id = found.values_list("contact_id", flat=True).get()
    say(request, notes.delete_notes(found, by=request.user, now=timezone.now()), "Deleted the note")
    return HttpResponseRedirect(back(request, f"/contacts/{contact_id}/notes/"))
