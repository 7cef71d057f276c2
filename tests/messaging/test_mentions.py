"""Mentions: @you in a note reaches you, once."""

from __future__ import annotations

from crm.dispatching import dispatch_pending
from crm.notes import add_note
from messaging.models import Message
from tests.factories import NOW, contact


def told():
    return {(m.user.full_name, m.subject) for m in Message.objects.filter(kind="mention", channel="in_app")}


def test_whoever_is_mentioned_is_told_with_the_words(people):
    maria = contact(owner=people.sam)
    add_note(maria, by=people.mara, now=NOW, body="<p>@sam please call, @mara knows</p>")
    dispatch_pending(NOW)
    assert told() == {("Sam", "Mara mentioned you on Maria")}
    assert Message.objects.get(channel="in_app").data["lines"] == ["@sam please call, @mara knows"]


def test_whoever_may_not_see_the_contact_hears_that_but_not_the_words(people):
    add_note(contact(owner=people.sam), by=people.sam, now=NOW, body="<p>@otto secret</p>")
    dispatch_pending(NOW)
    assert told() == {("Otto", "Sam mentioned you in a note")}
    assert "secret" not in str(Message.objects.get(channel="in_app").data)


def test_the_same_note_tells_nobody_twice(people):
    from crm.models import Event
    from messaging.mentions import tell_mentioned

    add_note(contact(owner=people.sam), by=people.mara, now=NOW, body="<p>@sam</p>")
    for _ in range(2):
        tell_mentioned(list(Event.objects.filter(kind="note_added")), NOW)
    assert len(told()) == 1
