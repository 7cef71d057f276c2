"""The contents of the settings: only what the person may open."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.views.guard import PersonRequest, signed_in


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the settings; `permission` empty means everybody's."""

    label: str
    url: str
    words: str
    icon: str
    permission: str = ""


#: Heading -> pages. Pages of upper floors are known here by address only.
PLACES: dict[str, tuple[Place, ...]] = {
    "You": (
        Place("Your account", "/settings/me/", "Name, time zone, language, theme and density", "user-round"),
        Place(
            "Notifications", "/settings/notifications/", "What reaches you, where, quiet hours and the digest", "bell"
        ),
        Place("Signing in", "/accounts/2fa/", "Password, second step, passkeys and devices", "key-round"),
        Place("Days away", "/settings/absences/", "While you are away nothing new comes to you", "calendar-days"),
        Place("Calendar", "/settings/calendar/", "Your follow-ups in your calendar program", "calendar-check"),
        Place("API tokens", "/settings/tokens/", "For programs that act for you", "laptop"),
        Place("API documentation", "/api/v1/docs", "Every call, its fields and answers", "book-open"),
    ),
    "Team": (
        Place(
            "People",
            "/settings/people/",
            "Invite, change roles, capacity and deputies, hand over",
            "users",
            "team.manage",
        ),
        Place("Teams", "/settings/teams/", "Who works together and who is told first", "users", "team.manage"),
        Place("Roles and rights", "/settings/roles/", "What each role may do", "shield-check", "settings.manage"),
    ),
    "Work": (
        Place(
            "Organisation",
            "/settings/organisation/",
            "Working hours, speed to lead, escalation, rhythms",
            "building-2",
            "settings.manage",
        ),
        Place(
            "Own fields",
            "/settings/fields/",
            "What you keep about contacts beyond the usual",
            "columns-3",
            "settings.manage",
        ),
        Place("Tags", "/tags/", "Names and colours of tags", "tag", "tags.manage"),
        Place(
            "Types and outcomes",
            "/settings/types/",
            "Kinds of follow-up and what may come of them",
            "list-checks",
            "settings.manage",
        ),
        Place(
            "Templates", "/settings/templates/", "Follow-ups that come up again and again", "copy", "settings.manage"
        ),
        Place(
            "Message templates",
            "/templates/",
            "Words to clients, by channel and language",
            "file-text",
            "templates.manage",
        ),
    ),
    "Records": (
        Place(
            "Pipelines",
            "/settings/pipelines/",
            "Stages, chances, rotting days, reasons for winning and losing",
            "kanban",
            "settings.manage",
        ),
        Place(
            "Products", "/settings/products/", "What deals are about, and what it costs", "package", "settings.manage"
        ),
        Place(
            "Documents",
            "/settings/documents/",
            "Kinds of document, and the checklists of each kind of case",
            "file-check",
            "settings.manage",
        ),
        Place(
            "Sets of follow-ups",
            "/settings/sets/",
            "What is made together when a deal moves or an invoice is issued",
            "layers",
            "settings.manage",
        ),
        Place("Duplicates", "/duplicates/", "Contacts that may be the same person", "git-merge", "contacts.merge"),
        Place(
            "Events of other systems", "/events/", "What shops, schools and forms send us", "plug", "settings.manage"
        ),
    ),
    "Automations": (
        Place(
            "Limits of automations",
            "/settings/automations/",
            "When a second person confirms, and when one brakes itself",
            "shield-check",
            "settings.manage",
        ),
    ),
    "Messages": (
        Place(
            "Writing to clients",
            "/settings/messages/",
            "Quiet hours, weekends, limits, consent, costs",
            "send",
            "settings.manage",
        ),
        Place(
            "Stopped addresses",
            "/settings/suppressions/",
            "Who is not written to any more, and why",
            "ban",
            "suppressions.manage",
        ),
        Place(
            "Chat rooms",
            "/settings/chat/",
            "Slack and Teams: which room is told of what",
            "message-square",
            "settings.manage",
        ),
        Place(
            "Webhooks",
            "/settings/webhooks/",
            "The secrets by which other programs know our calls",
            "webhook",
            "settings.manage",
        ),
    ),
    "Keeping watch": (
        Place("Audit trail", "/settings/audit/", "Who changed what, when and from where", "history", "audit.view"),
        Place("Operations", "/operations/", "Queues, what is due, late or stuck", "gauge", "operations.view"),
    ),
}


@signed_in
@require_safe
def contents(request: PersonRequest) -> HttpResponse:
    """Show the pages that the person may open."""
    shown = {
        heading: [place for place in places if not place.permission or request.user.can(place.permission)]
        for heading, places in PLACES.items()
    }
    return render(
        request, "crm/settings/contents.html", {"groups": {name: found for name, found in shown.items() if found}}
    )
