"""Addresses of the pages of events of other systems."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
