"""Addresses of the pages of duplicates and merging."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
