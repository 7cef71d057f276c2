"""The addresses of automations' pages."""

from django.urls import path

from automation.views import catalogue

one = "automations/<int:pk>/"

urlpatterns = [
    path("automations/", catalogue.list_page, name="automations"),
    path("automations/new/", catalogue.new, name="automation_new"),
    path(f"{one}rename/", catalogue.rename_page, name="automation_rename"),
    path(f"{one}duplicate/", catalogue.duplicate_page, name="automation_duplicate"),
]
