"""What each role may do, permission by permission."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from crm.models import Role
from crm.organisation_settings import current_settings, set_permissions
from crm.permissions import PERMISSIONS, ROLE_DEFAULTS
from crm.permissions import may as carries
from crm.views.guard import PersonRequest, may

#: The administrator's rights are not up for choice.
CHOSEN = (Role.MANAGER, Role.AGENT, Role.VIEWER)


@may("settings.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def roles(request: PersonRequest) -> HttpResponse:
    """Show the rights of the roles and save what was ticked."""
    if request.method == "POST":
        set_permissions({role: set(request.POST.getlist(role)) & set(PERMISSIONS) for role in CHOSEN})
        messages.success(request, "Saved. The new rights hold from the next click.")
        return redirect("settings_roles")
    overrides = current_settings().role_permissions
    rows = [
        {
            "name": name,
            "words": words,
            "roles": [(role, carries(role, name, overrides), name in ROLE_DEFAULTS[role]) for role in CHOSEN],
        }
        for name, words in PERMISSIONS.items()
    ]
    return render(request, "crm/settings/roles.html", {"rows": rows, "roles": CHOSEN})
