"""Audiences: who belongs, kept fresh from what changed (A5)."""
