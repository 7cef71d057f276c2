"""Addresses of the pages of audiences."""

from django.urls import path

from crm.audiences import editing, views

one = "audiences/<int:pk>/"

urlpatterns = [
    path("audiences/", views.list_page, name="audiences"),
    path("audiences/new/", editing.new, name="audience_new"),
    path("audiences/look/", editing.look, name="audience_look"),
    path(one, views.audience_page, name="audience"),
    path(f"{one}edit/", editing.edit, name="audience_edit"),
    path(f"{one}delete/", views.delete, name="audience_delete"),
    path(f"{one}again/", views.again, name="audience_again"),
    path(f"{one}put/", views.put_in, name="audience_put"),
    path(f"{one}take/", views.take_out, name="audience_take"),
    path("contacts/<int:pk>/audiences/", views.of_contact, name="contact_audiences"),
]
