"""Addresses that stand in mails. Short, without sign-in, and good for ever: never change what is here."""

from django.urls import path

from messaging.views import contact_choices, tracking

urlpatterns = [
    path("t/o/<str:token>", tracking.opened, name="track_open"),
    path("t/c/<str:token>", tracking.clicked, name="track_click"),
    path("t/u/<str:token>", contact_choices.unsubscribe, name="unsubscribe"),
    path("p/<str:token>/", contact_choices.choices, name="contact_choices"),
]
