"""Addresses of templates."""

from django.urls import path

from messaging.views import message_templates, template_editing

urlpatterns = [
    path("templates/", message_templates.template_list, name="message_templates"),
    path("templates/start/", template_editing.gallery, name="message_template_gallery"),
    path("templates/new/", template_editing.template_new, name="message_template_new"),
    path("templates/draft/", template_editing.template_draft, name="message_template_draft"),
    path("templates/<int:pk>/", message_templates.template_page, name="message_template"),
    path("templates/<int:pk>/edit/", template_editing.template_edit, name="message_template_edit"),
    path("templates/<int:pk>/body/", message_templates.template_body, name="message_template_body"),
    path("templates/<int:pk>/test/", message_templates.template_test, name="message_template_test"),
    path("templates/<int:pk>/duplicate/", message_templates.template_duplicate, name="message_template_duplicate"),
    path("templates/<int:pk>/archive/", message_templates.template_archive, name="message_template_archive"),
    path("templates/<int:pk>/drop-language/", message_templates.template_drop, name="message_template_drop"),
]
