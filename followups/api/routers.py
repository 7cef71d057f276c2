"""The routes of follow-ups. All calls of one address stand in one router: the first that has the address answers."""

from followups.api import bulk, moves, writing
from followups.api.lists import router as lists
from followups.api.logging import router as logging
from followups.api.reading import router as reading
from followups.api.sets import router as sets

__all__ = ["bulk", "moves", "routers", "writing"]
routers = (reading, logging, lists, sets)
