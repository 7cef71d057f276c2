"""Addresses of the pages of invoices."""

from django.urls import URLPattern, path

from crm.invoices import views

one = "invoices/<int:pk>/"

urlpatterns: list[URLPattern] = [
    path("invoices/", views.list_page, name="invoices"),
    path("invoices/export/", views.export, name="invoices_export"),
    path("invoices/new/", views.new_page, name="invoice_new"),
    path(one, views.invoice_page, name="invoice"),
    path(f"{one}edit/", views.edit_page, name="invoice_edit"),
    path(f"{one}pay/", views.pay_page, name="invoice_pay"),
    path(f"{one}void/", views.void_page, name="invoice_void"),
    path(f"{one}reopen/", views.reopen, name="invoice_reopen"),
    path("contacts/<int:pk>/invoices/", views.contact_tab, name="contact_invoices"),
]
