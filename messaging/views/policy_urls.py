"""The addresses of the settings of writing to contacts."""

from django.urls import path

from messaging.views import policy_settings

urlpatterns = [
    path("settings/messages/", policy_settings.policy, name="settings_messages"),
    path("settings/suppressions/", policy_settings.stops, name="settings_suppressions"),
    path("settings/suppressions/new/", policy_settings.stop, name="settings_suppression_new"),
    path("settings/suppressions/<int:stop_id>/lift/", policy_settings.release, name="settings_suppression_lift"),
]
