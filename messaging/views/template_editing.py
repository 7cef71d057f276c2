"""Writing a template: its label, its words in one language, block by block; works as a plain form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from crm.custom_fields import own_fields
from crm.languages import language_name
from crm.views.guard import PersonRequest, may
from messaging.models import Approval, MessageTemplate
from messaging.templating import catalogue, media
from messaging.templating.blocks import KINDS
from messaging.templating.catalogue import Label, Stale
from messaging.templating.checking import CHANNELS, TOPICS, BadTemplate, checked, language_tag
from messaging.templating.choosing_templates import Preview, message_templates_for, preview_of, values_shown
from messaging.templating.fields import CUSTOM, FIELDS, typical
from messaging.templating.form_reading import FORMS, Typed, acted, read, typed_from, typed_of
from messaging.templating.listing import ICONS, LABELS
from messaging.templating.rendering import Variant
from messaging.templating.segments import segments
from messaging.templating.starters import BLANK, STARTERS, starter
from messaging.templating.values import read_facts
from messaging.views.message_templates import contact_to_show, in_frame, nearby, one_or_404


@require_GET
@may("templates.manage")
def gallery(request: PersonRequest) -> HttpResponse:
    """Show what one may start from."""
    by_channel = [
        (LABELS[channel], channel, ICONS[channel], [one for one in STARTERS if one.label.channel == channel])
        for channel in CHANNELS
    ]
    return render(request, "messaging/templates/gallery.html", {"by_channel": by_channel})


@require_http_methods(["GET", "HEAD", "POST"])
@may("templates.manage")
def template_new(request: PersonRequest) -> HttpResponse:
    """Write a new template, from a starter or from nothing."""
    if request.method != "POST":
        begun = starter(request.GET.get("start", ""))
        if begun is not None:
            typed = typed_from(begun.label, begun.drafts[0])
            typed.start = begun.slug
        else:
            channel = request.GET.get("channel", "")
            if channel not in CHANNELS:
                return HttpResponseRedirect(reverse("message_template_gallery"))
            typed = typed_from(Label("", channel), BLANK[channel])
        return _form(request, typed, None)
    typed = read(request.POST)
    if acted(typed, request.POST.get("do", "")):
        return _form(request, typed, None)
    begun = starter(typed.start)
    others = [one for one in begun.drafts[1:] if one.language != language_tag(typed.language)] if begun else []
    try:
        made = catalogue.make(typed.label, [typed.draft, *others], by=request.user, now=timezone.now())
    except BadTemplate as refused:
        return _form(request, typed, None, refused.problems)
    messages.success(request, f"“{made.name}” is ready to be used.")
    return HttpResponseRedirect(reverse("message_template", args=[made.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
@may("templates.manage")
def template_edit(request: PersonRequest, pk: int) -> HttpResponse:
    """Change a template's label and its words in one language."""
    one = one_or_404(request, pk)
    words = {variant.language: variant for variant in one.variants.all()}
    if request.method != "POST":
        wanted = request.GET.get("language", "")
        language = wanted if wanted in words else language_tag(wanted) or one.language
        shown = words.get(language) or words.get(one.language)
        return _form(request, typed_of(one, shown, language), one)
    typed = read(request.POST)
    typed.channel = one.channel
    if acted(typed, request.POST.get("do", "")):
        return _form(request, typed, one)
    version = int(typed.version) if typed.version.isdecimal() and len(typed.version) < 10 else None
    this = message_templates_for(request.user).filter(pk=pk)
    try:
        catalogue.change(this, label=typed.label, drafts=[typed.draft], version=version, now=timezone.now())
    except BadTemplate as refused:
        return _form(request, typed, one, refused.problems)
    except Stale:
        typed.version = str(one.version)
        said = "Somebody else has changed this template meanwhile. Save once more to put your words over theirs."
        return _form(request, typed, one, {"": said})
    messages.success(request, "Saved. What has not left yet goes out with the new words.")
    return HttpResponseRedirect(f"{reverse('message_template', args=[pk])}?language={typed.language}")


@require_POST
@xframe_options_sameorigin
@may("templates.manage")
def template_draft(request: PersonRequest) -> HttpResponse:
    """Show what is in the form, in its frame, without storing anything."""
    typed = read(request.POST)
    channel = typed.channel if typed.channel in CHANNELS else "email"
    try:
        made = checked(typed.draft, channel=channel, own=catalogue.own_slugs())
    except BadTemplate as refused:
        said = " ".join(dict.fromkeys(refused.problems.values()))
        return in_frame(request, Preview(typed.language, "", "", "", problem=said), channel)
    contact = contact_to_show(request.user, typed.contact)
    facts = read_facts([contact.pk] if contact else [], [request.user.pk], now=timezone.now())
    values = values_shown(facts, contact, request.user)
    variant = Variant(made.language, made.subject, made.text, made.html, tuple(made.media))
    return in_frame(request, preview_of(variant, values, channel=channel), channel)


def _form(
    request: PersonRequest, typed: Typed, one: MessageTemplate | None, problems: dict[str, str] | None = None
) -> HttpResponse:
    contact = contact_to_show(request.user, typed.contact)
    tags_kept = {variant.language for variant in one.variants.all()} if one else set()
    tags = sorted(tags_kept | {typed.language}) if one else []
    context: dict[str, Any] = {
        "typed": typed,
        "one": one,
        "problems": problems or {},
        "forms": FORMS,
        "kinds": KINDS,
        "channel": LABELS.get(typed.channel, typed.channel),
        "glyph": ICONS.get(typed.channel, "mail"),
        "topics": list(TOPICS.items()),
        "states": list(Approval.choices),
        "fields": [(name, label, f"{{{{ {name} }}}}") for name, label in [*FIELDS.items(), *_own_fields()]],
        "carried": media.CARRIED.get(typed.channel),
        "parts": segments(typical(typed.text)) if typed.channel == "sms" else None,
        "tags": [(tag, language_name(tag)) for tag in tags],
        "spoken": language_name(typed.language),
        "has_words": bool(one) and typed.language in tags_kept,
        "nearby": nearby(request.user, contact),
        "contact": contact,
    }
    return render(request, "messaging/templates/edit.html", context, status=422 if problems else 200)


def _own_fields() -> list[tuple[str, str]]:
    return [(CUSTOM + slug, own.label) for slug, own in own_fields().items()]
