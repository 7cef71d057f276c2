"""What the OpenAPI description says beyond the routes: errors, the key of repeated writes, scopes."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from crm.api.auth import Token
from crm.api.problems import CONTENT_TYPE, KINDS
from crm.tokens import SCOPES

PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "description": "The kind of problem, a link to its words"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong with this very request"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
        "current": {"type": "object", "description": "With 409: the state now in force"},
    },
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "A text of your own; the same request with the same key happens once and gets the same answer",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
ALWAYS = (400, 401, 403, 422, 429)


def complete(schema: OpenAPISchema, api: NinjaAPI) -> OpenAPISchema:
    """Add the shared errors and headers to every operation; returns the same description."""
    needs = scopes_of(api)
    components = schema["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["responses"] = {name(status): response(status) for status in KINDS}
    components["securitySchemes"] = {"Token": {"type": "http", "scheme": "bearer", "description": scopes_in_words()}}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            describe(operation, path, method, needs.get(operation["operationId"], ("", "")))
    return schema


def describe(operation: dict[str, Any], path: str, method: str, need: tuple[str, str]) -> None:
    """Add to one operation what it shares with all others."""
    statuses = [*ALWAYS, *([404] if "{" in path else []), *([] if method == "get" else [409])]
    operation["responses"] = {str(status): value for status, value in operation["responses"].items()} | {
        str(status): {"$ref": f"#/components/responses/{name(status)}"} for status in sorted(statuses)
    }
    if method != "get":
        operation["parameters"] = [*operation.get("parameters", []), KEY]
    operation["x-scope"], operation["x-permission"] = need


def scopes_of(api: NinjaAPI) -> dict[str, tuple[str, str]]:
    """Operation -> the scope and the permission that it asks for."""
    found = {}
    for bound in api._get_bound_routers():
        for view in bound.path_operations.values():
            for operation in view.operations:
                for check in operation.auth_callbacks:
                    if isinstance(check, Token):
                        found[api.get_openapi_operation_id(operation)] = (check.scope, check.permission)
    return found


def name(status: int) -> str:
    """Return a response's name among the components: NotFound."""
    return KINDS[status][0].title().replace("-", "")


def response(status: int) -> dict[str, Any]:
    """Return the shared response of an error."""
    found: dict[str, Any] = {
        "description": KINDS[status][1],
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status == 429:
        found["headers"] = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}
    return found


def scopes_in_words() -> str:
    """List the scopes as Markdown."""
    return "A token with these scopes, or with none for all of the person's rights:\n" + "\n".join(
        f"- `{scope}`: {words}" for scope, words in SCOPES.items()
    )
