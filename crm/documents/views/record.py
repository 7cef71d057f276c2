"""One document: its page, what is done with it, and its files."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import documents_for
from crm.documents import filing, handling, requesting
from crm.documents.arming import today_here
from crm.documents.forms import ApproveForm, DocumentForm, Refusing, RejectForm
from crm.documents.handing_out import NoFile, handed_out
from crm.documents.limits import accepted, limit_words
from crm.documents.requesting import BadDocument
from crm.documents.standing import days_left, refusal
from crm.models import Document
from crm.models.document import DocumentQuerySet
from crm.panels import panels_of
from crm.reading.timeline import told_of
from crm.results import Result
from crm.views.answering import say
from crm.views.asking import BIGGEST, back
from crm.views.guard import PersonRequest, may

_VERBS = ("receive", "approve", "reject", "renew", "file")


@require_GET
@may("documents.view")
def document_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one document with its files, what waits for it and what happened to it."""
    rows = _one(request, pk).select_related("contact__owner", "kind", "case_kind", "requested_by", "reviewed_by")
    document, now = rows.get(), timezone.now()
    today = today_here(now)
    mine = documents_for(request.user)
    shown = {
        "document": document,
        "left": days_left(document.expires_on, today),
        "late": document.state in ("requested", "rejected") and document.due_on is not None and document.due_on < today,
        "files": document.files.filter(removed_at__isnull=True).select_related("uploaded_by").order_by("pk"),
        "replaced": mine.filter(pk=document.replaces_id or 0).first(),
        "renewal": mine.filter(replaces=pk).order_by("-pk").first(),
        "may_edit": request.user.can("documents.edit"),
        "may": {verb: not refusal(verb, document.state) for verb in _VERBS},
        "panels": panels_of(request, "document", document, now),
        "told": told_of("document", pk),
        "accept": accepted(),
        "limit": limit_words(),
    }
    return render(request, "crm/documents/record.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@may("documents.edit")
def receive(request: PersonRequest, pk: int) -> HttpResponse:
    """Take files in, or note that it came on paper."""
    found, now = _one(request, pk), timezone.now()
    document, problems = found.select_related("contact").get(), []
    if request.method == "POST":
        files = [(one.name or "file", one) for one in request.FILES.getlist("files")]
        home = back(request, f"/documents/{pk}/")
        if request.POST.get("how") == "paper":
            say(request, handling.receive(found, by=request.user, now=now), f"{document.name} is here")
            return HttpResponseRedirect(home)
        try:
            filed = filing.take_files(found, files, by=request.user, now=now)
            problems = filed.refused if files else ["Choose a file, or say that it came on paper."]
            if filed.ids:
                words = "Kept the file" if len(filed.ids) == 1 else f"Kept {len(filed.ids)} files"
                undo = f"undo:/undo/{filed.undo_id}/" if filed.undo_id else ""
                messages.success(request, words, extra_tags=undo)
            if filed.ids and not problems:
                return HttpResponseRedirect(home)
        except BadDocument as problem:
            problems = [str(problem)]
    shown = {
        "document": document,
        "problems": problems,
        "missing": not refusal("receive", document.state),
        "accept": accepted(),
        "limit": limit_words(),
        "next": back(request, ""),
    }
    return render(request, "crm/documents/receive.html", shown, status=422 if problems else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may("documents.edit")
def approve(request: PersonRequest, pk: int) -> HttpResponse:
    """Approve what came, with its last day where it has one."""
    found, now = _one(request, pk), timezone.now()

    def do(form: Refusing) -> Result:
        return handling.approve(found, by=request.user, now=now, expires_on=form.cleaned_data["expires_on"])

    document = found.select_related("contact", "kind").get()
    form = ApproveForm(request.POST if request.method == "POST" else None, initial={"expires_on": document.expires_on})
    return _ask(request, document, form, "crm/documents/approve.html", do, f"Approved {document.name}")


@require_http_methods(["GET", "HEAD", "POST"])
@may("documents.edit")
def reject(request: PersonRequest, pk: int) -> HttpResponse:
    """Reject what came, with the reason, and ask for it again."""
    found, now = _one(request, pk), timezone.now()

    def do(form: Refusing) -> Result:
        return handling.reject(found, by=request.user, now=now, **form.cleaned_data)

    document = found.select_related("contact").get()
    form = RejectForm(request.POST if request.method == "POST" else None)
    return _ask(request, document, form, "crm/documents/reject.html", do, f"Rejected {document.name}")


@require_http_methods(["GET", "HEAD", "POST"])
@may("documents.edit")
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change the document's facts."""
    found, now = _one(request, pk), timezone.now()
    document = found.select_related("contact", "kind").get()

    def do(form: Refusing) -> Result:
        said = {name: value for name, value in form.cleaned_data.items() if getattr(document, name) != value}
        if not said:
            return Result()
        return handling.change(found, changes=said, by=request.user, now=now, version=_version(request))

    form = DocumentForm.of(document, request.POST if request.method == "POST" else None)
    return _ask(request, document, form, "crm/documents/edit.html", do, f"Saved {document.name}")


def _ask(
    request: PersonRequest,
    document: Document,
    form: Refusing,
    template: str,
    do: Callable[[Refusing], Result],
    said: str,
) -> HttpResponse:
    """Show the form, or do what it says and go back; what the verb refuses stands in the form."""
    if form.is_bound and form.is_valid():
        try:
            result = do(form)
            for sentence in result.refused.values():
                form.add_error(None, sentence)
            if result.stale and not result.refused:
                form.add_error(None, "Somebody changed this first. Look at what it says now before you save yours.")
            if not result.refused and not result.stale:
                say(request, result, said)
                return HttpResponseRedirect(back(request, f"/documents/{document.pk}/"))
        except BadDocument as problem:
            form.refuse({problem.field: str(problem)})
    shown = {"document": document, "form": form, "next": back(request, "")}
    return render(request, template, shown, status=422 if form.is_bound else 200)


def _version(request: PersonRequest) -> int | None:
    said = request.POST.get("version", "")
    return int(said) if said.isdecimal() and len(said) < 10 else None


@require_POST
@may("documents.edit")
def renew(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask for a new one in its place."""
    made = requesting.renew(_one(request, pk), by=request.user, now=timezone.now())
    if made.ids:
        messages.success(request, "Asked for a new one", extra_tags=f"undo:/undo/{made.undo_id}/")
    for why in made.refused.values():
        messages.warning(request, " ".join(why.values()))
    return HttpResponseRedirect(back(request, f"/documents/{made.ids[0] if made.ids else pk}/"))


@require_POST
@may("documents.edit")
def withdraw(request: PersonRequest, pk: int) -> HttpResponse:
    """Take it off the checklist; the toast brings it back."""
    found = _one(request, pk)
    contact_id, name = found.values_list("contact_id", "name").get()
    say(request, handling.withdraw(found, by=request.user, now=timezone.now()), f"{name} is no longer asked for")
    return HttpResponseRedirect(f"/contacts/{contact_id}/documents/")


@never_cache
@require_GET
@may("documents.view")
def download(request: PersonRequest, pk: int, file: int) -> FileResponse:
    """Hand out a file: to be saved, never to be shown or run here."""
    try:
        return handed_out(_one(request, pk), file)
    except NoFile as problem:
        raise Http404(str(problem)) from None


@require_POST
@may("documents.edit")
def remove_file(request: PersonRequest, pk: int, file: int) -> HttpResponse:
    """Take a file away; the toast brings it back."""
    files = _one(request, pk).get().files.filter(pk=file if file <= BIGGEST else 0)
    if not files.exists():
        raise Http404("There is no such file here.")
    say(request, filing.remove_files(files, by=request.user, now=timezone.now()), "Took the file away")
    return HttpResponseRedirect(back(request, f"/documents/{pk}/"))


def _one(request: PersonRequest, pk: int) -> DocumentQuerySet:
    """The set of one document that this person may see. Raises Http404."""
    found = documents_for(request.user).filter(pk=pk if pk <= BIGGEST else 0)
    if not found.exists():
        raise Http404("There is no such document here.")
    return found
