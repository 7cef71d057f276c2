"""The page that shows every component in every state; routed in development only."""

from datetime import datetime, timedelta

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

CHANNELS = [("email", "E-mail"), ("sms", "SMS"), ("whatsapp", "WhatsApp"), ("call", "Call")]


class SampleForm(forms.Form):
    """One field of each kind, some of them wrong."""

    name = forms.CharField(label="Name", help_text="As the person writes it")
    email = forms.EmailField(label="E-mail")
    due_at = forms.DateTimeField(label="Due", required=False, widget=forms.DateTimeInput({"type": "datetime-local"}))
    channel = forms.ChoiceField(label="Channel", choices=CHANNELS, widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea({"rows": 3}))
    digest = forms.BooleanField(label="Morning digest", required=False, help_text="At 08:00, your time")


def moments(now: datetime) -> dict[str, datetime]:
    """Return one moment for each way a time is said."""
    steps = {
        "soon": 3 / 60,
        "later": 5,
        "tomorrow": 22,
        "days": 75,
        "weeks": 500,
        "late": -0.6,
        "yesterday": -19,
        "older": -52,
    }
    return {name: now + timedelta(hours=hours) for name, hours in steps.items()}


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show the components."""
    now = timezone.now()
    form = SampleForm(data={"name": "Maria Santos", "email": "maria at example", "channel": "email"})
    context = {
        "form": form,
        "at": moments(now),
        "now": now,
        "channels": CHANNELS,
        "unread": 2,
        "nav_counts": {"focus": 12},
    }
    return render(request, "styleguide/page.html", context)
