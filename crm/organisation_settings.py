"""Changing what everybody shares: working hours, rhythms, times of speed to lead and escalation, rights of roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from crm.models import Organisation
from crm.permissions import PERMISSIONS, ROLE_DEFAULTS


class BadSettings(ValueError):
    """Settings that cannot work; the text is a sentence."""


def current_settings() -> Organisation:
    """The settings as they are."""
    return Organisation.objects.current()


def change_settings(changes: Mapping[str, Any]) -> Organisation:
    """Set fields of the organisation; the audit trail keeps what was before. Raises BadSettings.

    A new rhythm moves the dates on which contacts of that lifecycle start to rot.
    """
    with transaction.atomic():
        before = Organisation.objects.select_for_update().get(pk=1)
        after = {
            name: changes.get(name, getattr(before, name)) for name in ("working_days", "working_from", "working_to")
        }
        if not after["working_days"]:
            raise BadSettings("Choose at least one working day.")
        if after["working_to"] <= after["working_from"]:
            raise BadSettings("The working day ends before it begins.")
        Organisation.objects.filter(pk=1).update(**changes)
        rhythm = changes.get("rhythm", before.rhythm)
        moved = [lifecycle for lifecycle in rhythm if rhythm[lifecycle] != before.rhythm.get(lifecycle)]
        if moved:
            _move_rotting(moved)
    return Organisation.objects.current()


def _move_rotting(lifecycles: list[str]) -> None:
    # Touching the column is enough: the trigger of the table works out both from the settings as they now are.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE crm_contact SET expected_rhythm = expected_rhythm"
            " WHERE lifecycle = ANY(%s) AND rhythm_days IS NULL AND deleted_at IS NULL",
            [lifecycles],
        )


def set_permissions(chosen: Mapping[str, set[str]]) -> Organisation:
    """Say what each role but the administrator's may do; only what differs from the defaults is stored."""
    differing: dict[str, dict[str, bool]] = {}
    for role, permissions in chosen.items():
        if role == "administrator" or role not in ROLE_DEFAULTS:
            raise BadSettings("An administrator may always do everything.")
        changed = {
            name: name in permissions for name in PERMISSIONS if (name in permissions) != (name in ROLE_DEFAULTS[role])
        }
        if changed:
            differing[role] = changed
    return change_settings({"role_permissions": differing})
