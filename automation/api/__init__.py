"""The API of automations."""
