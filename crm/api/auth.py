"""Who calls: a bearer token with its scopes, its person's rights and its share of requests. Cookies do not count."""

from __future__ import annotations

import pghistory
from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from crm import rate_limit
from crm.api.problems import Problem
from crm.models import ApiToken, User
from crm.tokens import carries, find_token


def identify(request: HttpRequest) -> ApiToken | None:
    """The request's token, looked up and counted once a request. Raises Problem 429."""
    if "_api_token" in vars(request):
        known: ApiToken | None = vars(request)["_api_token"]
        return known
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    now = timezone.now()
    token = find_token(secret.strip(), now=now) if scheme.lower() == "bearer" and secret.strip() else None
    vars(request)["_api_token"] = token
    if token is not None:
        allowed = rate_limit.take(f"token:{token.pk}", per_minute=token.rate_per_minute, now=now)
        if allowed.retry_after:
            raise Problem(
                429,
                f"This token may make {allowed.limit} requests a minute. Try again in {allowed.retry_after} seconds.",
                headers={"Retry-After": str(allowed.retry_after)},
            )
    return token


class Token(HttpBearer):
    """Lets through a token that carries the scope, of a person whose role carries the permission."""

    def __init__(self, scope: str, permission: str = "") -> None:
        """Say what the operation needs."""
        super().__init__()
        self.scope = scope
        self.permission = permission

    def __call__(self, request: HttpRequest) -> ApiToken:
        """Return the token. Raises Problem 401 or 403."""
        return self.authenticate(request, "")

    def authenticate(self, request: HttpRequest, token: str) -> ApiToken:
        """Check token, scope and permission, and note the person for the audit trail."""
        found = identify(request)
        if found is None:
            raise Problem(
                401,
                "Send “Authorization: Bearer TOKEN” with a token that has not been revoked.",
                headers={"WWW-Authenticate": 'Bearer realm="Followthrough"'},
            )
        if not carries(found, self.scope):
            raise Problem(403, f"This token does not carry the scope {self.scope}.")
        if self.permission and not found.user.can(self.permission):
            raise Problem(403, "Your role does not allow this.")
        pghistory.context(user=found.user.pk, token=found.pk)
        return found


def caller(request: HttpRequest) -> User:
    """The person whose token it is; only inside an operation."""
    token: ApiToken = vars(request)["auth"]
    return token.user


def require_scope(request: HttpRequest, scope: str) -> None:
    """Ask for one more scope inside an operation. Raises Problem 403."""
    if not carries(vars(request)["auth"], scope):
        raise Problem(403, f"This token does not carry the scope {scope}.")


def require(request: HttpRequest, permission: str) -> None:
    """Ask for one more permission inside an operation. Raises Problem 403."""
    if not caller(request).can(permission):
        raise Problem(403, "Your role does not allow this.")
