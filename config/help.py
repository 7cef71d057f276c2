"""The help pages: one short page a subject, for people who are in the middle of something."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from crm.views.guard import PersonRequest, signed_in


@dataclass(frozen=True, slots=True)
class Subject:
    """A page of help: its address, its heading, and what it answers."""

    slug: str
    title: str
    answers: str


SUBJECTS = (
    Subject("first-morning", "Your first morning", "From a file of leads to a finished list, in ten minutes"),
    Subject("followups", "Follow-ups", "Due, overdue, missed, snoozed, passed on: what each means and does"),
    Subject("inbox", "Inbox and writing to clients", "Who waits, writing, taking back, and why something was not sent"),
    Subject("contacts", "Contacts and their timeline", "Owners, tags, notes, rhythm, and who goes quiet"),
    Subject("partners", "Partners", "Whom you serve clients with, what waits with them, and clients in common"),
    Subject("deals", "Deals and pipelines", "The board, what goes quiet, the forecast, your own stages"),
    Subject("conditions", "Conditions", "Whom you mean: tests, groups, records, days, and what empty values count as"),
    Subject("audiences", "Audiences", "Groups by hand or by a condition, how fresh they are, and what breaks one"),
    Subject(
        "automations", "Automations", "Making, rehearsing, publishing and changing what happens by itself; the brake"
    ),
    Subject("duplicates", "Duplicates and merging", "Who is here twice, making one of two, and taking that back"),
    Subject("import", "Bring in a list", "Files, columns, duplicates, bad rows, and taking an import back"),
    Subject("notices", "Reminders, digest and quiet hours", "What reaches you, where, when, and why something did not"),
    Subject("sending", "When a message leaves", "Why it left, waits or did not, and which way it goes"),
    Subject("templates", "Message templates", "Fields, languages, blocks, WhatsApp’s approval, and a test to yourself"),
    Subject(
        "answers", "When a contact answers", "What follows by itself, what counts as an answer, and what is no answer"
    ),
    Subject("choices", "What contacts receive", "Their choices, unsubscribing, and what opens and clicks mean"),
    Subject("providers", "Mail, SMS, chat and push", "What carries words away, and what happens when it fails"),
    Subject("team", "People, roles and rights", "Who sees what, invitations, absences and handing over"),
    Subject("keyboard", "Keyboard and phone", "The whole morning without a mouse, or with one thumb"),
    Subject(
        "events", "Events of other systems", "Orders, classes, payments and forms on the timeline of your contacts"
    ),
    Subject("webhooks", "Webhooks", "Telling other programs: signatures, tries, and what waits for a person"),
    Subject("records", "Documents and invoices", "Checklists, files, what expires, what is paid and what is late"),
    Subject("api", "API and command line", "Tokens, scopes, and the commands of an installation"),
)


@signed_in
@require_safe
def contents(request: PersonRequest) -> HttpResponse:
    """Show all subjects."""
    return render(request, "help/contents.html", {"subjects": SUBJECTS, "place": "help"})


@signed_in
@require_safe
def subject(request: PersonRequest, slug: str) -> HttpResponse:
    """Show one subject."""
    for known in SUBJECTS:
        if known.slug == slug:
            return render(request, f"help/{slug}.html", {"subject": known, "subjects": SUBJECTS, "place": "help"})
    raise Http404


urlpatterns = [
    path("help/", contents, name="help"),
    path("help/<slug:slug>/", subject, name="help_subject"),
]
