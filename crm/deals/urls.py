"""Addresses of the pages of deals and pipelines."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
