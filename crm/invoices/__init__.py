"""Invoices: issuing, paying, voiding (A10)."""
