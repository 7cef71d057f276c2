"""Addresses of the pages of invoices."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
