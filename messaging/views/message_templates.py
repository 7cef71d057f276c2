"""Templates of messages to contacts: the list, one with how it looks to a client, and what is done with it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST

from crm.access import contacts_for
from crm.languages import language_name
from crm.models import Contact, User
from crm.views.answering import say
from crm.views.asking import back, ids_in
from crm.views.guard import PersonRequest, may
from messaging.filters import BIGGEST
from messaging.models import MessageChannel, MessageTemplate, TemplateVariant
from messaging.templating import catalogue
from messaging.templating.checking import TOPICS, BadTemplate
from messaging.templating.choosing_templates import Preview, message_templates_for, render_preview, usage
from messaging.templating.fields import parse
from messaging.templating.listing import ICONS, LABELS, TONES, counts, listed, narrowed_by
from messaging.templating.rendering import places
from messaging.templating.segments import segments
from messaging.templating.testing import CannotTest, send_test

#: What is in the frame is seen and can do nothing; a short message is drawn with a stylesheet of ours.
FRAME_POLICY = "default-src 'none'; style-src {}; img-src data: https:; frame-ancestors 'self'; sandbox"

DARK_RULES = "@media (prefers-color-scheme: dark)"

#: How the frame with the words is drawn.
LOOKS = {"desk": "Desktop", "phone": "Phone", "dark": "Dark"}


@require_GET
@may("messages.view")
def template_list(request: PersonRequest) -> HttpResponse:
    """Show the templates by channel and topic."""
    templates = message_templates_for(request.user)
    wanted = narrowed_by(request.GET)
    number = counts(templates)
    tabs = [{"label": "All", "count": sum(number.values()), **_tab(wanted, "")}]
    tabs += [{"label": label, "count": number.get(one, 0), **_tab(wanted, one)} for one, label in LABELS.items()]
    context = {"rows": listed(templates, wanted), "wanted": wanted, "channels": tabs, "topics": list(TOPICS.items())}
    return render(request, "messaging/templates/list.html", context)


def _tab(wanted: dict[str, str], channel: str) -> dict[str, Any]:
    query = {name: value for name, value in wanted.items() if name != "channel"} | (
        {"channel": channel} if channel else {}
    )
    return {"href": f"?{urlencode(query)}", "current": wanted.get("channel", "") == channel}


@require_GET
@may("messages.view")
def template_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one template as a client would get it."""
    one = one_or_404(request, pk)
    contact = contact_to_show(request.user, request.GET.get("contact", ""))
    preview = render_preview(one, contact, request.user, now=timezone.now(), language=request.GET.get("language", ""))
    look = request.GET.get("look", "")
    look = look if look in LOOKS else "desk"
    words = {variant.language: variant for variant in one.variants.all()}
    own = words.get(preview.language) or TemplateVariant()
    asked = {"contact": contact.pk if contact else "", "language": preview.language, "look": look}
    context = {
        "one": one,
        "preview": preview,
        "contact": contact,
        "nearby": nearby(request.user, contact),
        "languages": [_shown_as(asked, one.pk, language_name(tag), language=tag) for tag in sorted(words)],
        "looks": [_shown_as(asked, one.pk, label, look=name) for name, label in LOOKS.items()],
        "look": look,
        "asked": urlencode(asked),
        "parts": segments(preview.text) if one.channel == "sms" else None,
        "variables": places(parse(own.text)) if one.channel == "whatsapp" else [],
        "media": own.media,
        "usage": usage([one.pk])[one.pk],
        "channel": MessageChannel(one.channel).label,
        "glyph": ICONS.get(one.channel, "mail"),
        "own": language_name(one.language),
        "topic": TOPICS.get(one.topic, one.topic),
        "tone": TONES.get(one.whatsapp_state, ""),  # type: ignore[call-overload]  # a stored value is one of the choices
    }
    return render(request, "messaging/templates/page.html", context)


@require_GET
@xframe_options_sameorigin
@may("messages.view")
def template_body(request: PersonRequest, pk: int) -> HttpResponse:
    """Serve the words themselves, for the frame on the template's page."""
    one = one_or_404(request, pk)
    contact = contact_to_show(request.user, request.GET.get("contact", ""))
    preview = render_preview(one, contact, request.user, now=timezone.now(), language=request.GET.get("language", ""))
    return in_frame(request, preview, one.channel, dark=request.GET.get("look") == "dark")


@require_POST
@may("messages.send")
def template_test(request: PersonRequest, pk: int) -> HttpResponse:
    """Send how it looks to who asks."""
    one = one_or_404(request, pk)
    contact = contact_to_show(request.user, request.POST.get("contact", ""))
    language = request.POST.get("language", "")
    try:
        send_test(one, contact, by=request.user, now=timezone.now(), language=language)
    except CannotTest as problem:
        messages.error(request, f"It was not sent. {problem}")
    else:
        messages.success(request, f"A test is on its way to {request.user.email}.")
    return HttpResponseRedirect(back(request, reverse("message_template", args=[pk])))


@require_POST
@may("templates.manage")
def template_duplicate(request: PersonRequest, pk: int) -> HttpResponse:
    """Make a copy and open it."""
    made = catalogue.duplicate(one_or_404(request, pk), by=request.user, now=timezone.now())
    messages.success(request, f"This is the copy, “{made.name}”.")
    return HttpResponseRedirect(reverse("message_template_edit", args=[made.pk]))


@require_POST
@may("templates.manage")
def template_archive(request: PersonRequest, pk: int) -> HttpResponse:
    """Put one away, or take it back into use."""
    one = one_or_404(request, pk)
    this = message_templates_for(request.user).filter(pk=pk)
    if one.archived_at is None:
        say(request, catalogue.archive(this, by=request.user, now=timezone.now()), f"“{one.name}” is put away.")
    else:
        catalogue.bring_back(this)
        messages.success(request, f"“{one.name}” is in use again.")
    return HttpResponseRedirect(back(request, reverse("message_templates")))


@require_POST
@may("templates.manage")
def template_drop(request: PersonRequest, pk: int) -> HttpResponse:
    """Take the words in one language away."""
    one_or_404(request, pk)
    language = request.POST.get("language", "")
    try:
        catalogue.drop_language(message_templates_for(request.user).filter(pk=pk), language, now=timezone.now())
        messages.success(request, f"The words in {language} are gone.")
    except BadTemplate as problem:
        messages.error(request, str(problem))
    return HttpResponseRedirect(reverse("message_template", args=[pk]))


def one_or_404(request: PersonRequest, pk: int) -> MessageTemplate:
    """The template through the door, with its words."""
    found = (
        message_templates_for(request.user).filter(pk=pk).prefetch_related("variants").first()
        if pk <= BIGGEST
        else None
    )
    if found is None:
        raise Http404("There is no such template.")
    return found


def contact_to_show(user: User, wanted: str) -> Contact | None:
    """The contact that was picked, if the person may see them; else whoever changed last."""
    if not user.can("contacts.view"):
        return None
    contacts = contacts_for(user)
    if ids := ids_in(wanted, 1):
        return contacts.filter(pk__in=ids).first()
    return contacts.order_by("-updated_at", "-pk").first()


def nearby(user: User, chosen: Contact | None) -> list[tuple[int, str]]:
    """A few contacts to pick from without scripts; with them, all can be found by typing."""
    if not user.can("contacts.view"):
        return []
    rows = [(one.pk, one.name) for one in contacts_for(user).order_by("-updated_at", "-pk")[:12]]
    return rows if chosen is None or any(pk == chosen.pk for pk, _ in rows) else [(chosen.pk, chosen.name), *rows]


def in_frame(request: HttpRequest, preview: Preview, channel: str, *, dark: bool = False) -> HttpResponse:
    """The words as a page of their own that can do nothing, in the light or dark whatever the reader's own system."""
    if channel == "email" and not preview.problem:
        response = HttpResponse(preview.html.replace(DARK_RULES, "@media all" if dark else "@media not all"))
        response["Content-Security-Policy"] = FRAME_POLICY.format("'unsafe-inline'")
        return response
    parts = segments(preview.text) if channel == "sms" else None
    context = {"preview": preview, "parts": parts, "theme": "dark" if dark else "light"}
    response = render(request, "messaging/templates/bubble.html", context)
    response["Content-Security-Policy"] = FRAME_POLICY.format("'self'")
    return response


def _shown_as(asked: dict[str, Any], pk: int, label: str, **change: str) -> dict[str, Any]:
    current = all(asked[name] == value for name, value in change.items())
    return {
        "label": label,
        "href": f"{reverse('message_template', args=[pk])}?{urlencode(asked | change)}",
        "current": current,
    }
