"""Pages of invoices: the list, one invoice, issuing, changing, paying, voiding, and a contact's own."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.access import contacts_for, invoices_for, people_for
from crm.exporting import csv_lines, xlsx_file
from crm.invoices import issuing, listing, paying, voiding
from crm.invoices.exporting import export_rows
from crm.invoices.forms import InvoiceForm, PaymentForm
from crm.invoices.issuing import BadInvoice, NewInvoice, today_here
from crm.invoices.standing import days_overdue, refusal
from crm.models.invoice import InvoiceQuerySet
from crm.money import rounded
from crm.organisation_settings import current_settings
from crm.panels import panels_of
from crm.reading.contact_record import contact_or_404, record_of
from crm.reading.paging import some
from crm.reading.timeline import told_of
from crm.views.answering import say
from crm.views.asking import BIGGEST, back, ids_in
from crm.views.contact import frame
from crm.views.contacts import streamed
from crm.views.guard import PersonRequest, may
from crm.views.once import again, first_time, made_before, new_number, remember_made


@require_GET
@may("invoices.view")
def list_page(request: PersonRequest) -> HttpResponse:
    """Show one page of the invoices that the address asks for."""
    user, given, today = request.user, request.GET, today_here(timezone.now())
    asked = listing.wanted(given, user, today)
    page = listing.page(asked, today, after=given.get("after", ""), before=given.get("before", ""))
    count, more = some(asked.rows)
    kept = _kept(given)
    shown = {
        "asked": asked,
        "page": page,
        "count": count,
        "more": more,
        "sums": listing.open_sums(asked.rows) if asked.state in ("", "overdue") else {},
        "tabs": [_tab(key, label, asked.state, kept) for key, label in listing.STATES.items()],
        "owners": people_for(user).workers().order_by("full_name", "email"),
        "here": urlencode(kept),
        "may_edit": user.can("invoices.edit"),
        "may_export": user.can("contacts.export"),
    }
    return render(request, "crm/invoices/list.html", shown)


def _kept(given: QueryDict) -> list[tuple[str, str]]:
    """The address without its place in the pages."""
    return [(name, value) for name in ("state", "owner", "q") if (value := given.get(name, ""))]


def _tab(key: str, label: str, state: str, kept: list[tuple[str, str]]) -> dict[str, object]:
    rest = [(name, value) for name, value in kept if name != "state"]
    return {
        "label": label,
        "href": "?" + urlencode([*rest, *([("state", key)] if key else [])]),
        "current": key == state,
    }


@require_GET
@may("contacts.export")
def export(request: PersonRequest) -> HttpResponseBase:
    """Send the invoices that the address asks for, as CSV while they are read or as a workbook."""
    if not request.user.can("invoices.view"):
        return HttpResponse("Your role does not show invoices.", status=403)
    now = timezone.now()
    today = today_here(now)
    asked = listing.wanted(request.GET, request.user, today)
    rows = export_rows(asked.rows.order_by("issued_on", "pk"), today)
    name = f"invoices-{today.isoformat()}"
    if request.GET.get("format") == "xlsx":
        return FileResponse(xlsx_file(rows, "Invoices"), as_attachment=True, filename=f"{name}.xlsx")
    return streamed(csv_lines(rows), f"{name}.csv")


@require_GET
@may("invoices.view")
def invoice_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one invoice with what was paid of it and what waits for it."""
    invoice = _one(request, pk).select_related("contact__owner", "deal", "created_by").get()
    user, now = request.user, timezone.now()
    today = today_here(now)
    shown = {
        "invoice": invoice,
        "late": days_overdue(invoice.state, invoice.due_on, today),
        "payments": invoice.payments.select_related("recorded_by").order_by("paid_on", "pk"),
        "may_edit": user.can("invoices.edit"),
        "may": {
            verb: not refusal(verb, invoice.state, paid=bool(invoice.paid)) for verb in ("change", "void", "reopen")
        },
        "panels": panels_of(request, "invoice", invoice, now),
        "sees_deals": user.can("deals.view"),
        "told": told_of("invoice", pk),
    }
    return render(request, "crm/invoices/record.html", shown)


@require_GET
@may("invoices.view")
def contact_tab(request: PersonRequest, pk: int) -> HttpResponse:
    """Show a contact's invoices, what is open of them and how this person pays."""
    now = timezone.now()
    record = record_of(request.user, pk, now)
    shown = frame(request, record, "invoices") | listing.of_contact(request.user, pk, today_here(now))
    shown["may_issue"] = request.user.can("invoices.edit")
    return render(request, "crm/invoices/contact_tab.html", shown)


@require_http_methods(["GET", "HEAD", "POST"])
@may("invoices.edit")
def new_page(request: PersonRequest) -> HttpResponse:
    """Ask for whom and what the invoice is, and issue it; a second click issues nothing more."""
    user, now = request.user, timezone.now()
    said = request.POST.get("contact") or request.GET.get("contact") or ""
    if not (ids := ids_in(said)[:1]):
        return _whose(request)
    contact = contact_or_404(user, ids[0])
    initial = {"issued_on": today_here(now), "currency": current_settings().currency, **_asked_deal(request)}
    form = InvoiceForm(request.POST or None, initial=initial, user=user, contact=contact)
    if form.is_bound and form.is_valid():
        if not first_time(request):
            return HttpResponseRedirect(made_before(request) or f"/contacts/{contact.pk}/invoices/")
        made = issuing.issue([NewInvoice(contact_id=contact.pk, **form.cleaned_data)], by=user, now=now)
        if made.ids:
            number = invoices_for(user).values_list("number", flat=True).get(pk=made.ids[0])
            messages.success(request, f"Issued invoice {number}", extra_tags=f"undo:/undo/{made.undo_id}/")
            address = back(request, f"/invoices/{made.ids[0]}/")
            remember_made(request, address)
            return HttpResponseRedirect(address)
        again(request)
        form.refuse(made.refused[0])
    shown = {"form": form, "contact": contact, "once": request.POST.get("once") or new_number(), "next": _next(request)}
    return render(request, "crm/invoices/new.html", shown, status=422 if form.is_bound else 200)


def _whose(request: PersonRequest) -> HttpResponse:
    """Ask whose invoice it is: without scripts a list of those last changed, or of whom the words name."""
    from crm.search_terms import contacts_matching

    q = request.GET.get("q", "").replace("\0", " ").strip()[:200]
    rows = contacts_for(request.user)
    found = (rows.filter(contacts_matching(q)) if q else rows).order_by("-updated_at")[:12]
    return render(
        request, "crm/invoices/whose.html", {"found": found, "q": q}, status=422 if request.method == "POST" else 200
    )


def _asked_deal(request: PersonRequest) -> dict[str, int]:
    return {"deal_id": ids[0]} if (ids := ids_in(request.GET.get("deal", ""))) else {}


@require_http_methods(["GET", "HEAD", "POST"])
@may("invoices.edit")
def edit_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Change the invoice while it is unpaid."""
    found = _one(request, pk)
    invoice = found.select_related("contact").get()
    form = InvoiceForm.of(invoice, user=request.user, data=request.POST or None)
    stale = False
    if form.is_bound and form.is_valid():
        try:
            result = issuing.change(
                found, changes=form.cleaned_data, by=request.user, now=timezone.now(), version=_version(request)
            )
            stale = bool(result.stale)
            if not stale and not result.refused:
                say(request, result, f"Saved invoice {invoice.number}")
                return HttpResponseRedirect(back(request, f"/invoices/{pk}/"))
            for sentence in result.refused.values():
                form.add_error(None, sentence)
        except BadInvoice as problem:
            form.refuse({problem.field: str(problem)})
    shown = {"form": form, "invoice": invoice, "stale": stale, "next": _next(request)}
    return render(request, "crm/invoices/edit.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may("invoices.edit")
def pay_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Note what came, or what was given back."""
    found = _one(request, pk)
    invoice, now = found.select_related("contact").get(), timezone.now()
    still = str(rounded(invoice.open_amount, invoice.currency)) if invoice.open_amount else ""
    form = PaymentForm(request.POST or None, initial={"amount": still, "paid_on": today_here(now)})
    if form.is_bound and form.is_valid():
        once = request.POST.get("once", "")[:64]
        row = paying.NewPayment(invoice_id=pk, key=f"form:{once}" if once else "", **form.cleaned_data)
        noted = paying.note_payments([row], by=request.user, now=now)
        if not noted.refused:
            undo = f"undo:/undo/{noted.undo_id}/" if noted.undo_id else ""
            left = found.get()
            words = "it is paid" if left.state == "paid" else "part of it is open"
            messages.success(request, f"Noted; {words}", extra_tags=undo)
            return HttpResponseRedirect(back(request, f"/invoices/{pk}/"))
        form.refuse(*noted.refused[0])
    shown = {"form": form, "invoice": invoice, "once": new_number(), "next": _next(request)}
    return render(request, "crm/invoices/pay.html", shown, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@may("invoices.edit")
def void_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Ask why, and make the invoice void."""
    found = _one(request, pk)
    problem, reason = "", request.POST.get("reason", "")
    if request.method == "POST":
        try:
            say(request, voiding.void(found, reason=reason, by=request.user, now=timezone.now()), "The invoice is void")
            return HttpResponseRedirect(f"/invoices/{pk}/")
        except BadInvoice as bad:
            problem = str(bad)
    shown = {"invoice": found.select_related("contact").get(), "problem": problem, "reason": reason}
    return render(request, "crm/invoices/void.html", shown, status=422 if problem else 200)


@require_POST
@may("invoices.edit")
def reopen(request: PersonRequest, pk: int) -> HttpResponse:
    """Wait for the money of a void invoice again."""
    say(request, voiding.reopen(_one(request, pk), by=request.user, now=timezone.now()), "The invoice is unpaid again")
    return HttpResponseRedirect(back(request, f"/invoices/{pk}/"))


def _one(request: PersonRequest, pk: int) -> InvoiceQuerySet:
    """The set of one invoice that this person may see. Raises Http404."""
    found = invoices_for(request.user).filter(pk=pk if pk <= BIGGEST else 0)
    if not found.exists():
        raise Http404("There is no such invoice here.")
    return found


def _version(request: PersonRequest) -> int | None:
    said = request.POST.get("version", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def _next(request: PersonRequest) -> str:
    return back(request, "")
