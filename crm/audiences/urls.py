"""Addresses of the pages of audiences."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
