"""Automation: one engine that turns events and time into steps."""
