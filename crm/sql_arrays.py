"""Lists as PostgreSQL reads them, put together at once: psycopg adapts a list element by element, which for thousands
of them takes several times as long as what the database then does with it.

Pass the literal as one parameter and say its type in the statement: `%s::text[]`, `%s::bigint[]`.
"""

from __future__ import annotations

from collections.abc import Iterable


def text_array(values: Iterable[str]) -> str:
    """The texts as an array literal, each in quotation marks, which hold whatever is in it (PostgreSQL's manual, 8.15.6)."""
    return "{" + ",".join([_quoted(one) for one in values]) + "}"


def array(values: Iterable[object]) -> str:
    """Texts, numbers, moments and truths as an array literal; None becomes NULL."""
    return "{" + ",".join(["NULL" if one is None else _quoted(str(one)) for one in values]) + "}"


def id_array(ids: Iterable[int]) -> str:
    """The ids as an array literal."""
    return "{" + ",".join(map(str, ids)) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
