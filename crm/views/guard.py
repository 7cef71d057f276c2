"""Who may open a page: signed in, and of a role that carries the permission."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, ParamSpec, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from crm.models import User

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """What a guarded view is given: a request of somebody who signed in."""

    user: User
    htmx: HtmxDetails


View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
PersonView = Callable[Concatenate[PersonRequest, P], HttpResponseBase]


def signed_in(view: PersonView[P]) -> View[P]:
    """Let in only who is signed in; everybody else goes to the sign-in page."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(cast(PersonRequest, request), *args, **kwargs)

    return cast("View[P]", login_required(guarded))


def may(permission: str) -> Callable[[PersonView[P]], View[P]]:
    """Let in only who is signed in (else: to the sign-in page) and may do this (else: 403)."""

    def guard(view: PersonView[P]) -> View[P]:
        @wraps(view)
        def guarded(request: PersonRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.can(permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        return signed_in(guarded)

    return guard
