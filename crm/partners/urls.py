"""Addresses of the pages of partners."""

from django.urls import path

from crm.partners.views import editing, linking, listing, record

one = "partners/<int:pk>/"

urlpatterns = [
    path("partners/", listing.list_page, name="partners"),
    path("partners/new/", editing.new_page, name="partner_new"),
    path(one, record.show, name="partner"),
    path(f"{one}edit/", editing.edit_page, name="partner_edit"),
    path(f"{one}delete/", record.delete, name="partner_delete"),
    path(f"{one}restore/", record.restore, name="partner_restore"),
    path(f"{one}link/", linking.link_page, name="partner_link"),
    path(f"{one}unlink/", linking.unlink_client, name="partner_unlink"),
    path("contacts/<int:pk>/partners/", linking.contact_page, name="contact_partners"),
]
