"""The organisation's own fields of contacts."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.access import archived_fields_for, custom_fields_for
from crm.custom_fields import (
    BadField,
    archive_fields,
    bring_back_fields,
    change_field,
    make_field,
    move_field,
    used_by,
)
from crm.models import CustomField
from crm.views.guard import PersonRequest, may
from crm.views.settings.forms import FieldForm


@may("settings.manage")
@require_safe
def fields(request: PersonRequest) -> HttpResponse:
    """Show the fields in use, how many contacts have a value in each, and those that were put away."""
    shown = {
        "fields": custom_fields_for(request.user),
        "archived": archived_fields_for(request.user),
        "used": used_by(),
    }
    return render(request, "crm/settings/fields.html", shown)


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: PersonRequest) -> HttpResponse:
    """Make a field."""
    return _form(request, None)


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def field(request: PersonRequest, field_id: int) -> HttpResponse:
    """Rename a field, change its choices and explanation."""
    return _form(request, get_object_or_404(custom_fields_for(request.user), pk=field_id))


def _form(request: PersonRequest, existing: CustomField | None) -> HttpResponse:
    form = FieldForm(request.POST or None, existing=existing)
    if form.is_valid():
        said = form.cleaned_data
        try:
            if existing is None:
                make_field(**said)
            else:
                change_field(
                    custom_fields_for(request.user).filter(pk=existing.pk),
                    label=said["label"],
                    choices=said["choices"],
                    help_text=said["help_text"],
                )
        except BadField as problem:
            form.add_error("label", str(problem))
        else:
            messages.success(request, "Saved.")
            return redirect("settings_fields")
    context = {"form": form, "existing": existing}
    return render(request, "crm/settings/field.html", context, status=422 if form.is_bound else 200)


@may("settings.manage")
@require_POST
def archive(request: PersonRequest, field_id: int) -> HttpResponse:
    """Put a field away; contacts keep their values."""
    if archive_fields(custom_fields_for(request.user).filter(pk=field_id), now=timezone.now()):
        messages.success(request, "Put away. Contacts keep their values, and an import may bring it back.")
    return redirect("settings_fields")


@may("settings.manage")
@require_POST
def bring_back(request: PersonRequest, field_id: int) -> HttpResponse:
    """Take a field into use again."""
    if bring_back_fields(archived_fields_for(request.user).filter(pk=field_id)):
        messages.success(request, "It is in use again, with the values that contacts kept.")
    return redirect("settings_fields")


@may("settings.manage")
@require_POST
def move(request: PersonRequest, field_id: int) -> HttpResponse:
    """Put a field one place up or down, on every page that lists fields."""
    move_field(custom_fields_for(request.user).filter(pk=field_id), up=request.POST.get("to") != "down")
    return redirect("settings_fields")
