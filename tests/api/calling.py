"""Calling the API in tests the way a program would."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.http import HttpResponse
from django.test import Client

from crm.models import User
from crm.tokens import create_token


@dataclass
class Api:
    """One token's calls."""

    secret: str
    client: Client = field(default_factory=Client)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """Send JSON with the token."""
        given = {"Authorization": f"Bearer {self.secret}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(  # type: ignore[return-value]
            method, f"/api/v1{path}", data, content_type="application/json", headers=given
        )

    def upload(self, path: str, *files: Any, **headers: str) -> HttpResponse:
        """Send files as multipart/form-data under `files`."""
        given = {"Authorization": f"Bearer {self.secret}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        return self.client.post(f"/api/v1{path}", {"files": list(files)}, headers=given)  # type: ignore[return-value]

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.call("DELETE", path, body, **headers)


def api_of(user: User, *scopes: str, rate: int = 10_000) -> Api:
    """The API with a fresh token of the person."""
    _, secret = create_token(user, name="test", now=datetime.now(UTC), scopes=scopes, rate_per_minute=rate)
    return Api(secret)
