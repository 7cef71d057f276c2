"""Requests made up from the API's own description, and what must be so of every answer."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.api import api
from config.wsgi import application

CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance)
AS_TOLD = settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)


def served(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The product behind a server, which reads an answer to its end and closes it: some are files."""
    answer = application(environ, start_response)
    try:
        return [b"".join(answer)]
    finally:
        answer.close()


def described(*phases: str) -> Any:
    """The API's description, from which these phases of schemathesis make requests."""
    schema = schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))
    schema.app = served
    schema.config.phases.update(phases=list(phases))
    return schema


def broken_words(case: Any, token: str) -> list[str]:
    """Make the request; what in the answer is not as the description says."""
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}
    response = case.call(app=served)
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as found:
        return [f"{type(one).__name__}: {one}" for one in found.exceptions]
    return []
