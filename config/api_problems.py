"""Errors that arise outside an operation of the API (no such route, wrong method) in the API's own words."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from crm.api.problems import CONTENT_TYPE, Problem, answer

DETAILS = {
    400: "The request cannot be read.",
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
}


class ApiProblems:
    """Turns every other error under /api/ into application/problem+json."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Remember the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer; rewrite an error that does not speak JSON."""
        response = self.get_response(request)
        if not request.path.startswith("/api/") or response.status_code < 400:
            return response
        if response.headers.get("Content-Type", "").startswith(CONTENT_TYPE):
            return response
        detail = DETAILS.get(response.status_code, "The request was not carried out.")
        problem = answer(Problem(response.status_code, detail))
        if "Allow" in response.headers:
            problem["Allow"] = response.headers["Allow"]
        return problem
