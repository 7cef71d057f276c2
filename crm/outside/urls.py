"""Addresses of the pages of events of other systems."""

from django.urls import path

from crm.outside import views

urlpatterns = [
    path("events/", views.events_page, name="outside_events"),
    path("events/again/", views.again, name="outside_again"),
    path("events/leave/", views.leave, name="outside_leave"),
    path("events/<int:pk>/", views.refused_page, name="outside_refused"),
    path("events/<int:pk>/attach/", views.attach, name="outside_attach"),
]
