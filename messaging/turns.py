"""One worker's run: who it is, and what time it has become."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4


@dataclass(slots=True)
class Turn:
    """A batch may take minutes, so the moment is counted on from `started`."""

    started: datetime
    worker: str = field(default_factory=lambda: f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid4().hex[:8]}")
    _from: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The moment."""
        return self.started + timedelta(seconds=time.monotonic() - self._from)
