"""The addresses of automations' pages."""

from django.urls.resolvers import URLPattern

urlpatterns: list[URLPattern] = []
