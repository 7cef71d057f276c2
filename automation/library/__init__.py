"""Ready automations that install with one click."""
