"""Saying what was done, with an undo where there is one, and going back to where it was asked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from crm.results import Result


def say(request: HttpRequest, result: Result, said: str) -> None:
    """Leave a message about what was done and what was not."""
    if result.done:
        messages.success(request, said, extra_tags=f"undo:/undo/{result.undo_id}/" if result.undo_id else "")
    if result.refused:
        messages.warning(request, " ".join(list(dict.fromkeys(result.refused.values()))[:3]))
    if not result.done and not result.refused:
        messages.info(request, "There was nothing to change: it is so already.")


def counted(number: int) -> str:
    """ "1 contact", "12 contacts"."""
    return "1 contact" if number == 1 else f"{number:,} contacts"
