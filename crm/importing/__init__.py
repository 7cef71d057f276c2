"""Bringing contacts in from files (A13): read, guess, check, store, undo."""
