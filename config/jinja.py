"""The environment of our pages' templates: what every template may call."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from django.contrib.messages import get_messages
from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from config import jinja_dates, jinja_people, stylesheet
from config.jinja_icons import icon
from crm import money


def url(name: str, *args: object, **kwargs: object) -> str:
    """Return the path of a named route."""
    return reverse(name, args=args or None, kwargs=kwargs or None)


def remembered(macro: Callable[..., str]) -> Callable[..., str]:
    """Keep what a macro drew for the same arguments; only for one that looks at nothing else, and takes what can be a key."""
    # By type as well: Markup equals the text that it holds, yet is drawn without escaping.
    return lru_cache(maxsize=4096, typed=True)(macro)


def environment(**options: Any) -> Environment:
    """Make the Jinja2 environment; a name nobody set is an error, not an empty string.

    `request`, `csrf_input` and `csrf_token` are in every context by Django's own backend.
    """
    options.setdefault("undefined", StrictUndefined)
    env = Environment(trim_blocks=True, lstrip_blocks=True, **options)  # noqa: S701 - Django turns autoescape on

    @cache
    def constant(name: str) -> Markup:
        """Draw a template that is the same on every page, once."""
        return Markup(env.get_template(name).render())  # noqa: S704 - a template of ours

    env.globals.update(constant=constant.__wrapped__ if env.auto_reload else constant, remembered=remembered)
    env.globals.update(static=static, url=url, get_messages=get_messages, icon=icon, stylesheet=stylesheet.address)
    env.filters.update(jinja_dates.FILTERS | jinja_people.FILTERS | {"money": money.show, "totals": money.show_totals})
    return env
