"""Merging contacts that are the same person, and taking it back (A14)."""
