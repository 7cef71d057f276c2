"""Keeping the filters of a list page under a name, for oneself or for everybody."""

from __future__ import annotations

from crm.models import SavedView, User

LONGEST = 80
#: Longer than an address may be.
LONGEST_QUERY = 8000


class BadView(ValueError):
    """A view that cannot be kept; its text is a sentence."""


def keep_view(*, page: str, name: str, query: str, shared: bool, by: User) -> SavedView:
    """Keep a list's query under a name; one's own view of that name is replaced. Raises BadView."""
    name = " ".join(name.replace("\0", "").split())
    if not name:
        raise BadView("Give the view a name.")
    if len(name) > LONGEST:
        raise BadView(f"A view's name has up to {LONGEST} letters; this has {len(name)}.")
    query = query.replace("\0", "").lstrip("?")
    if len(query) > LONGEST_QUERY:  # cut off it would be another list
        raise BadView("This list asks for more than a view can keep; make an audience of it instead.")
    values = {"query": query, "shared": shared and by.can("views.share")}
    view, _ = SavedView.objects.update_or_create(owner=by, page=page, name=name, defaults=values)
    return view


def drop_view(view: SavedView, *, by: User) -> None:
    """Forget a view; only its owner may. Raises BadView."""
    if view.owner_id != by.pk:
        raise BadView("Only who saved a view may remove it.")
    view.delete()
