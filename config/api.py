"""The API, put together from each floor's part: errors, repeated writes, and the routes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, cast

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from automation.api.routers import routers as automation_routers
from config.api_schema import complete
from crm import idempotency
from crm.api.auth import identify
from crm.api.problems import Problem, answer, not_found
from crm.api.reading import CarefulParser, Unreadable
from crm.api.routers import routers as crm_routers
from crm.pagination import BadCursor, BadSort
from followups.api.routers import routers as followup_routers
from messaging.api_writing import router as messages
from messaging.templating.api import router as message_templates

log = logging.getLogger(__name__)
WRITES = {"POST", "PATCH", "PUT", "DELETE"}
TOO_LARGE = Problem(413, "The body is larger than what one call may carry. Send it in parts.")


class Api(NinjaAPI):
    """The API whose description names every error, header and scope."""

    _described: OpenAPISchema | None = None

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """Return the description of the whole, put together once a process."""
        if self._described is None:
            self._described = complete(super().get_openapi_schema(**options), self)
        return self._described

    def get_openapi_operation_id(self, operation: Any) -> str:
        """Name operations after their function: short names for generated clients."""
        return str(operation.view_func.__name__)


api = Api(
    title="Followthrough",
    version="1",
    description="Contacts, follow-ups and messages. Every call acts as the person whose token it carries.",
    urls_namespace="api-v1",
    docs_url=None,
    parser=CarefulParser(),
)


def once_per_key(run: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Make a write with an Idempotency-Key happen once, and answer the repeat with the first answer."""

    @wraps(run)
    def repeated(request: HttpRequest, **path: Any) -> HttpResponseBase:
        key = request.headers.get("Idempotency-Key", "")
        if request.method not in WRITES or not key:
            return run(request, **path)
        try:
            return _once(request, key, lambda: run(request, **path))
        except Problem as problem:
            return answer(problem)
        except RequestDataTooBig:
            return answer(TOO_LARGE)

    return repeated


def _once(request: HttpRequest, key: str, run: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    if len(key) > 200 or not key.isprintable():
        raise Problem(422, "An Idempotency-Key has at most 200 printable characters.")
    token = identify(request)
    if token is None:
        return run()

    def do() -> tuple[int, str, HttpResponseBase]:
        response = run()
        return response.status_code, getattr(response, "content", b"").decode(), response

    mark = idempotency.fingerprint(request.method or "", request.get_full_path(), _carried(request))
    try:
        response, kept = idempotency.once(token, key, mark, do, now=timezone.now())
    except idempotency.OtherRequest:
        raise Problem(422, "This Idempotency-Key was used for a different request.") from None
    except idempotency.StillWorking:
        raise Problem(409, "The first request with this Idempotency-Key is still at work. Try again shortly.") from None
    if kept is not None:
        response = HttpResponse(kept[1], status=kept[0], content_type="application/json; charset=utf-8")
        response["Idempotent-Replay"] = "true"
    return cast(HttpResponseBase, response)


def _carried(request: HttpRequest) -> bytes:
    """The body, or of an upload, which is never held whole, a hash of its fields and files."""
    if request.content_type != "multipart/form-data":
        return request.body
    hashed = sha256(repr(sorted(request.POST.lists())).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            hashed.update(f"{name}:{file.name}:{file.size}".encode(errors="replace"))
            for chunk in file.chunks():
                hashed.update(chunk)
            file.seek(0)
    return hashed.digest()


api.add_decorator(once_per_key, mode="view")


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return answer(problem)


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    if any(error["loc"][0] == "path" for error in problem.errors):  # a number that no row can have
        return answer(not_found())
    errors = [(field_of(error["loc"]), error["msg"].removeprefix("Value error, ")) for error in problem.errors]
    return answer(Problem(422, "See `errors`.", errors=errors))


def field_of(place: tuple[Any, ...]) -> str:
    """The field that an error is about, the way the caller wrote it: "params.due_at"."""
    parts = [str(part) for part in place[1:]]
    # The first part is the name of our own parameter, where the shape is a class of fields.
    ours = place[0] == "body" or parts[0] in ("wanted", "paging")
    return ".".join(parts[1:] if ours and len(parts) > 1 else parts)


@api.exception_handler(HttpError)
def _http(request: HttpRequest, problem: HttpError) -> HttpResponse:
    cause = problem.__cause__
    if isinstance(cause, Problem):
        return answer(cause)
    if isinstance(cause, Unreadable):
        return answer(Problem(400, str(cause)))
    return answer(Problem(problem.status_code, str(problem)))


@api.exception_handler(Http404)
def _missing(request: HttpRequest, problem: Http404) -> HttpResponse:
    return answer(Problem(404, "There is no such thing, or you may not see it."))


@api.exception_handler(RequestDataTooBig)
def _too_large(request: HttpRequest, problem: RequestDataTooBig) -> HttpResponse:
    return answer(TOO_LARGE)


@api.exception_handler(BadCursor)
def _bad_cursor(request: HttpRequest, problem: BadCursor) -> HttpResponse:
    return answer(Problem(422, str(problem), errors=[("cursor", str(problem))]))


@api.exception_handler(BadSort)
def _bad_sort(request: HttpRequest, problem: BadSort) -> HttpResponse:
    return answer(Problem(422, str(problem), errors=[("sort", str(problem))]))


for router in (*crm_routers, *followup_routers, *automation_routers, messages, message_templates):
    api.add_router("", router)
