"""The environment of our pages' templates: what every template may call."""

from typing import Any

from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined

from config import jinja_dates, jinja_people, stylesheet
from config.jinja_icons import icon


def url(name: str, *args: object, **kwargs: object) -> str:
    """Return the path of a named route."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def environment(**options: Any) -> Environment:
    """Make the Jinja2 environment; a name nobody set is an error, not an empty string.

    `request`, `csrf_input` and `csrf_token` are in every context by Django's own backend.
    """
    options.setdefault("undefined", StrictUndefined)
    env = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 - Django turns autoescape on
    env.globals.update(static=static, url=url, get_messages=get_messages, icon=icon, stylesheet=stylesheet.address)
    env.filters.update(jinja_dates.FILTERS | jinja_people.FILTERS)
    return env
