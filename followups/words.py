"""What people write into follow-ups, made fit to store."""

from __future__ import annotations

from crm.rich_text import clean_html
from followups.lifecycle import BadChange

SUBJECT, GROUP, DESCRIPTION = 200, 80, 50_000


def clean_subject(text: str) -> str:
    """One line of words. Raises BadChange when it is empty or too long."""
    text = " ".join(text.replace("\0", "").split())
    if not text:
        raise BadChange("Say in a few words what is to be done.")
    if len(text) > SUBJECT:
        raise BadChange(f"That subject has {len(text)} letters; {SUBJECT} fit. Put the rest into the description.")
    return text


def clean_group(text: str) -> str:
    """A short name, or none. Raises BadChange when it is too long."""
    text = " ".join(text.replace("\0", "").split())
    if len(text) > GROUP:
        raise BadChange(f"A group's name has up to {GROUP} letters.")
    return text


def clean_text(text: str) -> str:
    """Safe HTML. Raises BadChange when it is longer than anybody would read."""
    if len(text) > DESCRIPTION:
        raise BadChange(f"A description has up to {DESCRIPTION} letters.")
    return clean_html(text)
