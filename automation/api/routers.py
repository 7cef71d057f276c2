"""The routes of automations. All calls of one address stand in one router: the first that has the address answers."""

from __future__ import annotations

from ninja import Router

routers: tuple[Router, ...] = ()
