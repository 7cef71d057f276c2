"""The API's pages for people, drawn from its own description; nothing is loaded from elsewhere."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.api import api
from crm.api.problems import KINDS
from crm.tokens import SCOPES


def docs(request: HttpRequest) -> HttpResponse:
    """Show every operation with what it takes and answers."""
    frame = "layout.html" if request.user.is_authenticated else "layout_public.html"
    context = {"frame": frame, "groups": groups(), "problems": KINDS, "scopes": SCOPES, "place": "help"}
    return render(request, "api/docs.html", context)


@cache
def groups() -> dict[str, list[dict[str, Any]]]:
    """The operations under their headings, in the order of the routes."""
    schema = api.get_openapi_schema()
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation.get("tags", ["Other"])[0], []).append(
                operation
                | {
                    "path": path,
                    "method": method.upper(),
                    "takes": fields(operation.get("requestBody", {}), schema),
                    "good": [status for status in operation["responses"] if status < "300"],
                }
            )
    return found


def fields(body: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of a request body: name, kind, whether needed, words."""
    shape = body.get("content", {}).get("application/json", {}).get("schema", {})
    shape = resolved(shape, schema)
    needed = set(shape.get("required", ()))
    return [
        {"name": name, "kind": kind(one, schema), "needed": name in needed, "description": one.get("description", "")}
        for name, one in shape.get("properties", {}).items()
    ]


def resolved(shape: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Follow a reference; of several possibilities take the one that is not null."""
    if "anyOf" in shape and "type" not in shape:
        shape = next((one for one in shape["anyOf"] if one.get("type") != "null"), shape["anyOf"][0])
    if "$ref" in shape:
        shape = schema["components"]["schemas"][shape["$ref"].rsplit("/", 1)[-1]]
    return shape


def kind(shape: dict[str, Any], schema: dict[str, Any]) -> str:
    """Say a field's kind in a few words."""
    found = resolved(shape, schema)
    if "enum" in found:
        return " | ".join(str(one) for one in found["enum"])
    if found.get("type") == "array":
        return f"list of {kind(found.get('items', {}), schema)}"
    if "format" in found:
        return str(found["format"])
    return str(found.get("title") if found.get("type") == "object" else found.get("type", "any"))
