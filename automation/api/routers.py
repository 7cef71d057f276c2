"""The routes of automations. All calls of one address stand in one router: the first that has the address answers."""

from __future__ import annotations

from ninja import Router

from automation.api import automations, library, rehearsals, results

routers: tuple[Router, ...] = (automations.router, library.router, rehearsals.router, results.router)
