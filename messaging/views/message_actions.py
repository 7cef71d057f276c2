"""What a person does to one message: takes it back, says what became of it, sends it again."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from crm.views.asking import back
from crm.views.guard import PersonRequest, may
from messaging.access import messages_for
from messaging.cancelling import cancel as cancel_messages
from messaging.filters import BIGGEST
from messaging.models.message import MessageQuerySet
from messaging.sending_again import send_again
from messaging.settling import settle as settle_messages


def _to_contact(request: PersonRequest, pk: int) -> MessageQuerySet:
    """The set of one message with a contact that this person may see. Raises Http404."""
    found = messages_for(request.user).filter(pk=pk if pk <= BIGGEST else 0, contact__isnull=False, direction="out")
    if not found.exists():
        raise Http404("There is no such message here.")
    return found


@require_POST
@may("messages.send")
def cancel(request: PersonRequest, pk: int) -> HttpResponse:
    """Keep the message from leaving."""
    result = cancel_messages(_to_contact(request, pk), by=request.user, now=timezone.now())
    if result.done:
        messages.success(request, "Taken back: it will not leave")
    for words in result.refused.values():
        messages.error(request, words)
    return HttpResponseRedirect(back(request, f"/messages/{pk}/"))


@require_POST
@may("messages.send")
def settle(request: PersonRequest, pk: int) -> HttpResponse:
    """Note what the person knows about an uncertain message; one that never arrived leaves again."""
    _to_contact(request, pk)
    arrived = request.POST.get("arrived") != "no"
    if settle_messages([pk], arrived=arrived, by=request.user, now=timezone.now()):
        messages.success(request, "Noted: it arrived" if arrived else "Noted: it is sent again")
    else:
        messages.info(request, "Its fate is known by now.")
    return HttpResponseRedirect(back(request, f"/messages/{pk}/"))


@require_POST
@may("messages.send")
def retry(request: PersonRequest, pk: int) -> HttpResponse:
    """Send the words of a failed message again, as a new one."""
    result, written = send_again(_to_contact(request, pk), by=request.user, now=timezone.now())
    for words in result.refused.values():
        messages.error(request, words)
    for one in written:
        if one.refused:
            messages.error(request, f"Not sent. {one.refused}")
        else:
            messages.success(request, "Sent again" if one.new else "It was sent again already")
    return HttpResponseRedirect(back(request, f"/messages/{pk}/"))
