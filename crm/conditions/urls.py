"""Addresses of the pages of the condition builder."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
