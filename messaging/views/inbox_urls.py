"""Addresses of the inbox, and of what is done to one message."""

from django.urls import path

from messaging.views import inbox, message_actions, messages, strangers, writing

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/<int:contact_id>/", inbox.talk, name="talk"),
    path("inbox/<int:contact_id>/settle/", inbox.settle, name="talk_settle"),
    path("inbox/<int:contact_id>/write/", writing.write, name="talk_write"),
    path("inbox/<int:contact_id>/ways/", writing.ways, name="talk_ways"),
    path("inbox/unknown/<int:pk>/", strangers.stranger, name="stranger"),
    path("inbox/unknown/<int:pk>/attach/", strangers.attach_to, name="stranger_attach"),
    path("inbox/unknown/<int:pk>/new/", strangers.new, name="stranger_new"),
    path("inbox/unknown/<int:pk>/aside/", strangers.aside, name="stranger_aside"),
    path("contacts/<int:pk>/messages/", inbox.of_contact, name="contact_messages"),
    path("messages/<int:pk>/files/<int:file>/", messages.message_file, name="message_file"),
    path("messages/<int:pk>/cancel/", message_actions.cancel, name="message_cancel"),
    path("messages/<int:pk>/settle/", message_actions.settle, name="message_settle"),
    path("messages/<int:pk>/retry/", message_actions.retry, name="message_retry"),
]
