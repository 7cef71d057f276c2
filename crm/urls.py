"""Addresses of the ground floor's pages."""

from django.urls import include, path

from crm.views import bulk, contact, contact_forms, contacts, imports, notes, search, tags
from crm.views.saved import dropping, saving

one = "contacts/<int:pk>/"
contact_list = (contacts.PAGE_NAME, "/contacts/", "contacts.view")

urlpatterns = [
    path("contacts/", contacts.list_page, name="contacts"),
    path("contacts/filter/", contacts.filter_page, name="contacts_filter"),
    path("contacts/export/", contacts.export, name="contacts_export"),
    path("contacts/views/", saving(*contact_list), name="contacts_save_view"),
    path("contacts/views/<int:pk>/drop/", dropping(*contact_list), name="contacts_drop_view"),
    path("contacts/bulk/<slug:action>/", bulk.bulk_page, name="contacts_bulk"),
    path("contacts/new/", contact_forms.new_page, name="contact_new"),
    path("contacts/similar/", contact_forms.similar, name="contacts_similar"),
    path(one, contact.contact_page, name="contact"),
    path(f"{one}edit/", contact_forms.edit_page, name="contact_edit"),
    path(f"{one}timeline/", contact.timeline, name="contact_timeline"),
    path(f"{one}notes/", notes.contact_notes, name="contact_notes"),
    path(f"{one}preferences/", contact.preferences, name="contact_preferences"),
    path(f"{one}lifecycle/", contact.set_lifecycle, name="contact_lifecycle"),
    path(f"{one}give/", contact.give, name="contact_give"),
    path(f"{one}tags/", contact.tags, name="contact_tags"),
    path(f"{one}delete/", contact.delete, name="contact_delete"),
    path(f"{one}restore/", contact.restore, name="contact_restore"),
    path("notes/<int:pk>/edit/", notes.edit, name="note_edit"),
    path("notes/<int:pk>/pin/", notes.pin, name="note_pin"),
    path("notes/<int:pk>/delete/", notes.delete, name="note_delete"),
    path("tags/", tags.manager, name="tags"),
    path("tags/<int:pk>/edit/", tags.edit, name="tag_edit"),
    path("tags/<int:pk>/delete/", tags.delete, name="tag_delete"),
    path("search/", search.search_page, name="search"),
    path("imports/", imports.imports_page, name="imports"),
    path("imports/new/", imports.new_import, name="import_new"),
    path("imports/<int:pk>/", imports.mapping, name="import"),
    path("imports/<int:pk>/result/", imports.result, name="import_result"),
    path("imports/<int:pk>/undo/", imports.undo, name="import_undo"),
    path("imports/<int:pk>/discard/", imports.discard, name="import_discard"),
    *(
        path("", include(f"crm.{area}.urls"))
        for area in (
            "conditions",
            "audiences",
            "deals",
            "documents",
            "invoices",
            "partners",
            "outside",
            "merging",
        )
    ),
]
