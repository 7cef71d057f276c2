"""What each role may do, area by area; an organisation may turn single permissions on or off.

Every permission only widens or narrows what a person may do to rows that `visible_to` already shows them.
"""

from __future__ import annotations

from collections.abc import Mapping

#: Permission -> what it lets a person do, in the words of the settings page.
PERMISSIONS: dict[str, str] = {
    "contacts.view": "See contacts",
    "contacts.edit": "Add and change contacts, notes and tags on them",
    "contacts.assign": "Give contacts another owner",
    "contacts.delete": "Delete and restore contacts",
    "contacts.import": "Import contacts",
    "contacts.export": "Export contacts and follow-ups",
    "contacts.merge": "Merge contacts that are the same person",
    "tags.manage": "Make, rename and delete tags",
    "followups.view": "See follow-ups",
    "followups.edit": "Add, change and finish follow-ups",
    "followups.assign": "Give follow-ups to other people",
    "followups.delete": "Delete and restore follow-ups",
    "audiences.view": "See audiences",
    "audiences.edit": "Make and change audiences",
    "deals.view": "See deals",
    "deals.edit": "Add, change, win and lose deals",
    "deals.delete": "Delete and restore deals",
    "documents.view": "See documents",
    "documents.edit": "Ask for, take in and approve documents",
    "invoices.view": "See invoices",
    "invoices.edit": "Issue and void invoices, note payments",
    "partners.view": "See partners",
    "partners.edit": "Add and change partners",
    "events.send": "Send events of other systems",
    "messages.view": "See messages",
    "messages.send": "Write to contacts",
    "messages.insist": "Write to a contact although a rule says no, with a reason",
    "automations.view": "See automations, who is inside and what they did",
    "automations.edit": "Make and change automations",
    "automations.activate": "Switch automations on and off",
    "automations.enroll": "Put contacts into automations and take them out",
    "templates.manage": "Make and change message templates",
    "suppressions.manage": "Stop and release addresses",
    "imports.all": "See and undo everybody's imports",
    "views.share": "Share saved views with everybody",
    "team.view_load": "See how much each person carries",
    "team.manage": "Invite people, set roles, teams and absences",
    "settings.manage": "Change the organisation's settings",
    "operations.view": "See the operations page",
    "audit.view": "Read the audit trail",
}

_VIEW = {
    "contacts.view",
    "followups.view",
    "messages.view",
    "audiences.view",
    "deals.view",
    "documents.view",
    "invoices.view",
    "partners.view",
    "automations.view",
}
_AGENT = _VIEW | {
    "contacts.edit",
    "contacts.import",
    "followups.edit",
    "followups.assign",
    "messages.send",
    "deals.edit",
    "documents.edit",
    "invoices.edit",
    "partners.edit",
    "events.send",
    "automations.enroll",
}
_MANAGER = _AGENT | {
    "contacts.assign",
    "contacts.delete",
    "contacts.export",
    "contacts.merge",
    "audiences.edit",
    "deals.delete",
    "followups.delete",
    "tags.manage",
    "imports.all",
    "views.share",
    "team.view_load",
    "messages.insist",
    "templates.manage",
    "automations.edit",
    "automations.activate",
    "suppressions.manage",
}

#: Role -> permissions it carries unless the organisation says otherwise.
ROLE_DEFAULTS: dict[str, set[str]] = {
    "administrator": set(PERMISSIONS),
    "manager": _MANAGER,
    "agent": _AGENT,
    "viewer": _VIEW,
}


def may(role: str, permission: str, overrides: Mapping[str, Mapping[str, bool]]) -> bool:
    """Whether the role carries the permission. Administrators always do, so that nobody locks themselves out.

    Raises KeyError for a permission that does not exist: a misspelt name must not read as "no".
    """
    if permission not in PERMISSIONS:
        raise KeyError(permission)
    if role == "administrator":
        return True
    changed = overrides.get(role, {}).get(permission)
    return permission in ROLE_DEFAULTS.get(role, set()) if changed is None else bool(changed)
