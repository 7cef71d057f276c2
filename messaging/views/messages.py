"""Every message: the list, and one with how it looks and why it was or was not sent."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET

from crm.views.guard import PersonRequest, may
from messaging.access import messages_for
from messaging.attachments import Missing, opened
from messaging.filters import BIGGEST, choices, chosen, narrowed, number
from messaging.models import Message
from messaging.showing import page_of, shown, words_of

#: The mail is shown as it looks and can do nothing: no script, no form, nothing of ours.
BODY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src {}; frame-ancestors 'self'; sandbox"


@require_GET
@may("messages.view")
def message_list(request: PersonRequest) -> HttpResponse:
    """Show one page of what the address narrows to."""
    wanted = chosen(request.GET)
    page = page_of(
        narrowed(messages_for(request.user), wanted),
        before=number(request.GET.get("before", "")),
        after=number(request.GET.get("after", "")),
    )
    here = urlencode(wanted)
    shown_ = {"page": page, "filters": choices(), "wanted": wanted, "here": f"{here}&" if here else ""}
    return render(request, "messaging/list.html", shown_)


@require_GET
@may("messages.view")
def message_page(request: PersonRequest, pk: int) -> HttpResponse:
    """Show one message with its history."""
    one = shown(messages_for(request.user), pk) if pk <= BIGGEST else None
    if one is None:
        raise Http404("There is no such message here.")
    text, problem = one.text, ""
    if one.has_mail and not text:
        try:
            text = words_of(one.message, request.user).text
        except Exception as error:  # a broken template must not hide the message's history
            problem = f"It cannot be shown: {error}"
    shown_ = {
        "one": one,
        "text": text,
        "problem": problem,
        "may_send": request.user.can("messages.send"),
        "pictures": "?pictures=1" if request.GET.get("pictures") == "1" else "",
    }
    return render(request, "messaging/message.html", shown_)


@require_GET
@xframe_options_sameorigin
@may("messages.view")
def message_body(request: PersonRequest, pk: int) -> HttpResponse:
    """Serve the mail itself, for a frame. What came from outside fetches nothing until somebody asks for its pictures."""
    message: Message | None = (
        messages_for(request.user).filter(pk=pk, channel="email").select_related("user").first()
        if pk <= BIGGEST
        else None
    )
    if message is None:
        raise Http404("There is no such message here.")
    words = words_of(message, request.user)
    response = HttpResponse(words.html or format_html("<pre>{}</pre>", words.text))
    ours = message.direction == "out" or request.GET.get("pictures") == "1"
    response["Content-Security-Policy"] = BODY_POLICY.format("data: https:" if ours else "data:")
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
@may("messages.view")
def message_file(request: PersonRequest, pk: int, file: int) -> FileResponse:
    """Hand out a file that came with a message: to be saved, never to be shown here."""
    if pk > BIGGEST or not messages_for(request.user).filter(pk=pk).exists():
        raise Http404("There is no such message here.")
    try:
        kept, content = opened(pk, file)
    except Missing as problem:
        raise Http404(str(problem)) from None
    response = FileResponse(content, as_attachment=True, filename=kept.name, content_type="application/octet-stream")
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
