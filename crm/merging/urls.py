"""Addresses of the pages of duplicates and merging."""

from django.urls import path

from crm.merging import views

urlpatterns = [
    path("duplicates/", views.duplicates_page, name="duplicates"),
    path("duplicates/merges/", views.merges_page, name="merges"),
    path("duplicates/merges/<int:pk>/undo/", views.undo_merge, name="merge_undo"),
    path("duplicates/<int:pk>/", views.pair_page, name="duplicate"),
    path("duplicates/<int:pk>/dismiss/", views.dismiss, name="duplicate_dismiss"),
    path("contacts/merge/", views.merge_page, name="contacts_merge"),
    path("contacts/<int:pk>/merge/", views.merge_with, name="contact_merge_with"),
]
