"""Bringing in what is no contact: deals, products, colleagues, and whatever another floor registers (A13)."""
