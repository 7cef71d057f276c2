"""Addresses of the pages of documents."""

from django.urls import URLPattern, path

from crm.documents.views import lists, record, settings

one = "documents/<int:pk>/"
places = "settings/documents/"

urlpatterns: list[URLPattern] = [
    path("documents/", lists.list_page, name="documents"),
    path(one, record.document_page, name="document"),
    path(f"{one}receive/", record.receive, name="document_receive"),
    path(f"{one}approve/", record.approve, name="document_approve"),
    path(f"{one}reject/", record.reject, name="document_reject"),
    path(f"{one}edit/", record.edit, name="document_edit"),
    path(f"{one}renew/", record.renew, name="document_renew"),
    path(f"{one}withdraw/", record.withdraw, name="document_withdraw"),
    path(f"{one}files/<int:file>/", record.download, name="document_file"),
    path(f"{one}files/<int:file>/remove/", record.remove_file, name="document_file_remove"),
    path("contacts/<int:pk>/documents/", lists.contact_tab, name="contact_documents"),
    path("contacts/<int:pk>/documents/ask/", lists.ask, name="contact_documents_ask"),
    path(places, settings.contents, name="settings_documents"),
    path(f"{places}kinds/new/", settings.kind, name="settings_document_kind_new"),
    path(f"{places}kinds/<int:kind_id>/", settings.kind, name="settings_document_kind"),
    path(f"{places}kinds/<int:kind_id>/archive/", settings.archive_kind, name="settings_document_kind_archive"),
    path(f"{places}cases/new/", settings.case, name="settings_case_kind_new"),
    path(f"{places}cases/<int:case_id>/", settings.case, name="settings_case_kind"),
    path(f"{places}cases/<int:case_id>/archive/", settings.archive_case, name="settings_case_kind_archive"),
]
