"""Reading what is sent: JSON that the database can hold, and nothing else."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from ninja.parser import Parser

from crm.api.problems import Problem, invalid

DEEPEST = 30


class CarefulParser(Parser):
    """Refuses what would only fail later: NaN, NUL and half characters, bottomless nesting."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return the body. Raises Problem 400 or 422."""
        try:
            data = json.loads(request.body, parse_constant=_no_number)
        except (ValueError, RecursionError) as problem:
            raise Unreadable(f"The body is not readable JSON: {problem}") from None
        check_text(data)
        return data

    def parse_querydict(self, data: MultiValueDict[str, str], list_fields: list[str], request: HttpRequest) -> Any:
        """Return the query. Raises Problem 422."""
        for name, values in data.lists():
            for value in values:
                check_text(value, name)
        return super().parse_querydict(data, list_fields, request)


class Unreadable(Exception):
    """The body is not JSON; the text says where."""


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number in JSON")


def check_text(value: Any, path: str = "", depth: int = 0) -> None:
    """Raise Problem for text that no database holds, naming its field."""
    if depth > DEEPEST:
        raise Problem(400, f"The body is nested more than {DEEPEST} deep.")
    if isinstance(value, str):
        if "\x00" in value or not _is_whole(value):
            raise invalid([(path, "This holds a character that cannot be stored (NUL or half a character).")])
    elif isinstance(value, dict):
        for name, part in value.items():
            check_text(name, path, depth + 1)
            check_text(part, f"{path}.{name}".lstrip("."), depth + 1)
    elif isinstance(value, list):
        for place, part in enumerate(value):
            check_text(part, f"{path}.{place}".lstrip("."), depth + 1)


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
