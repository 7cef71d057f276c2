"""Addresses of the pages of the condition builder."""

from django.urls import URLPattern, path

from crm.conditions import views

urlpatterns: list[URLPattern] = [
    path("conditions/builder/", views.builder, name="condition_builder"),
    path("conditions/for/<slug:name>/", views.where_page, name="condition_where"),
]
