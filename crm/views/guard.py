"""Who may open a page: signed in, and of a role that carries the permission."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from crm.models import User

    class Request(HttpRequest):
        """A request behind the sign-in: its user is a colleague."""

        user: User
        htmx: HtmxDetails
else:
    Request = HttpRequest

P = ParamSpec("P")


def may(
    permission: str,
) -> Callable[
    [Callable[Concatenate[Request, P], HttpResponseBase]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]
]:
    """Let in only who is signed in (else: to the sign-in page) and may do this (else: 403)."""

    def guard(
        view: Callable[Concatenate[Request, P], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def guarded(request: Request, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.can(permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        return login_required(guarded)  # type: ignore[return-value]

    return guard
