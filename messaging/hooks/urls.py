"""Addresses that providers call."""

from django.urls import path

from messaging.hooks import email_hooks, twilio_hooks, whatsapp_hooks

urlpatterns = [
    path("hooks/email/<slug:provider>/", email_hooks.email_events, name="hook_email_events"),
    path("hooks/email/<slug:provider>/inbound/", email_hooks.email_inbound, name="hook_email_inbound"),
    path("hooks/twilio/status/", twilio_hooks.twilio_status, name="hook_twilio_status"),
    path("hooks/twilio/inbound/", twilio_hooks.twilio_inbound, name="hook_twilio_inbound"),
    path("hooks/whatsapp/", whatsapp_hooks.whatsapp_cloud, name="hook_whatsapp_cloud"),
]
