"""Made-up requests by the hundred: the API never fails, and answers as its description says."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.api import api
from config.wsgi import application

CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance)


def description() -> Any:
    return schemathesis.openapi.from_dict(dict(api.get_openapi_schema()))


schema = description()
schema.app = application


@schema.parametrize()
@settings(
    max_examples=8,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    derandomize=True,
)
@pytest.mark.django_db
def test_the_api_keeps_its_word(case: Any, worker_token: str) -> None:
    case.headers = {**(case.headers or {}), "Authorization": f"Bearer {worker_token}"}
    response = case.call(app=application)
    case.validate_response(response, checks=CHECKS)
