"""The tag manager: make, rename, recolour, delete."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm import tagging
from crm.access import tags_for
from crm.forms import TagForm
from crm.views.asking import BIGGEST
from crm.views.guard import PersonRequest, may


@require_http_methods(["GET", "HEAD", "POST"])
@may("contacts.view")
def manager(request: PersonRequest) -> HttpResponse:
    """Show all tags with how many wear them, and make a new one."""
    may_manage = request.user.can("tags.manage")
    form = TagForm(request.POST if request.method == "POST" and may_manage else None)
    if form.is_bound and form.is_valid():
        try:
            made = tagging.make_tag(**form.cleaned_data)
            messages.success(request, f"Made the tag “{made.name}”")
            return HttpResponseRedirect("/tags/")
        except tagging.BadTag as problem:
            form.add_error("name", str(problem))
    worn = tags_for(request.user).annotate(contacts_wearing=Count("contacttag"))
    status = 403 if request.method == "POST" and not may_manage else 422 if form.is_bound else 200
    return render(request, "crm/tags.html", {"tags": worn, "form": form, "may_manage": may_manage}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@may("tags.manage")
def edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Rename or recolour one tag."""
    one = get_object_or_404(tags_for(request.user), pk=pk if pk <= BIGGEST else 0)
    form = TagForm(request.POST or None, initial={"name": one.name, "colour": one.colour})
    if form.is_bound and form.is_valid():
        try:
            tagging.change_tag(tags_for(request.user).filter(pk=pk), **form.cleaned_data)
            messages.success(request, "Saved the tag")
            return HttpResponseRedirect("/tags/")
        except tagging.BadTag as problem:
            form.add_error("name", str(problem))
    return render(request, "crm/tag_edit.html", {"tag": one, "form": form}, status=422 if form.is_bound else 200)


@require_POST
@may("tags.manage")
def delete(request: PersonRequest, pk: int) -> HttpResponse:
    """Delete one tag for good: it comes off everybody, with an event on each."""
    one = get_object_or_404(tags_for(request.user), pk=pk if pk <= BIGGEST else 0)
    tagging.delete_tags(tags_for(request.user).filter(pk=pk), by=request.user, now=timezone.now())
    messages.success(request, f"Deleted the tag “{one.name}”")
    return HttpResponseRedirect("/tags/")
