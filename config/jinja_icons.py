"""The icons of the sprite static/vendor/icons.svg, whose names are listed in static/icons.txt."""

from functools import lru_cache

from django.templatetags.static import static
from markupsafe import Markup


@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> Markup:
    """Draw one icon; without a label it is decoration and hidden from screen readers."""
    said = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="i" {}><use href="{}#{}"/></svg>').format(said, static("vendor/icons.svg"), name)
