"""Duplicates: finding, reviewing, merging and taking apart."""
