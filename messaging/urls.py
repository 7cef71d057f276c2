"""Addresses of messages, the bell and how one is told."""

from django.urls import include, path

from messaging.views import bell, chat, contact_wishes, messages, preferences, push, webhooks

urlpatterns = [
    path("", include("messaging.templating.urls")),
    path("", include("messaging.tracking.urls")),
    path("", include("messaging.views.inbox_urls")),
    path("contacts/<int:pk>/contact-preferences/", contact_wishes.wishes, name="contact_wishes"),
    path("messages/", messages.message_list, name="messages"),
    path("messages/<int:pk>/", messages.message_page, name="message"),
    path("messages/<int:pk>/body/", messages.message_body, name="message_body"),
    path("notifications/", bell.notifications, name="notifications"),
    path("notifications/read/", bell.read, name="notifications_read"),
    path("notifications/<int:pk>/open/", bell.open_notice, name="notification_open"),
    path("notifications/mute/<slug:kind>/", bell.mute_kind, name="notifications_mute"),
    path("settings/chat/", chat.rooms, name="settings_chat"),
    path("settings/chat/new/", chat.room, name="settings_chat_new"),
    path("settings/chat/<int:room_id>/", chat.room, name="settings_chat_room"),
    path("settings/chat/<int:room_id>/try/", chat.try_out, name="settings_chat_try"),
    path("settings/chat/<int:room_id>/remove/", chat.remove, name="settings_chat_remove"),
    path("settings/webhooks/", webhooks.secrets, name="settings_webhooks"),
    path("settings/webhooks/<int:secret_id>/end/", webhooks.end, name="settings_webhooks_end"),
    path("operations/webhooks/", webhooks.calls, name="webhooks"),
    path("operations/webhooks/again/", webhooks.again, name="webhooks_again"),
    path("operations/webhooks/give-up/", webhooks.give_up, name="webhooks_give_up"),
    path("settings/notifications/", preferences.preferences, name="settings_notifications"),
    path("settings/notifications/push/", push.add, name="push_add"),
    path("settings/notifications/push/remove/", push.remove, name="push_remove"),
    path("push-worker.js", push.worker, name="push_worker"),
]
