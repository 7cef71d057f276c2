"""The routes of follow-ups; fixed names come before numbers."""

from followups.api.bulk import router as bulk
from followups.api.logging import router as logging
from followups.api.moves import router as moves
from followups.api.reading import router as reading
from followups.api.writing import router as writing

routers = (reading, writing, moves, bulk, logging)
