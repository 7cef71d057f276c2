"""Settings of products: what deals are about."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import products_for
from crm.deals import products as verbs
from crm.deals.views.settings_forms import ProductForm
from crm.models import Product
from crm.views.asking import BIGGEST
from crm.views.guard import PersonRequest, may

HOME = "/settings/products/"


@may("settings.manage")
@require_safe
def products(request: PersonRequest) -> HttpResponse:
    """Show the products."""
    return render(request, "crm/deals/settings/products.html", {"products": products_for(request.user)[:1_000]})


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def product(request: PersonRequest, pk: int = 0) -> HttpResponse:
    """Add a product, or change one."""
    existing = _product(request, pk) if pk else None
    form = ProductForm(request.POST or None, existing=existing)
    if form.is_valid():
        try:
            if existing:
                verbs.change_product(products_for(request.user).filter(pk=pk), **form.cleaned_data)
            else:
                verbs.make_product(**form.cleaned_data)
        except verbs.BadProduct as problem:
            for name, sentence in problem.refused.items():
                form.add_error(name, sentence)
        else:
            messages.success(request, "Saved.")
            return HttpResponseRedirect(HOME)
    shown = {
        "form": form,
        "title": existing.name if existing else "New product",
        "action": request.path,
        "home": ("Products", HOME),
    }
    return render(request, "crm/deals/settings/entry.html", shown, status=422 if form.is_bound else 200)


@may("settings.manage")
@require_POST
def archive(request: PersonRequest, pk: int) -> HttpResponse:
    """Put a product away, or use it again."""
    found = _product(request, pk)
    rows = products_for(request.user).filter(pk=pk)
    if found.archived_at:
        verbs.bring_back_products(rows)
    else:
        verbs.archive_products(rows, now=timezone.now())
    messages.success(request, f"{'In use again' if found.archived_at else 'Put away'}: {found.name}")
    return HttpResponseRedirect(HOME)


def _product(request: PersonRequest, pk: int) -> Product:
    found = products_for(request.user).filter(pk=pk if pk <= BIGGEST else 0).first()
    if found is None:
        raise Http404("There is no such product.")
    return found
