"""Documents: asking, taking in, approving, expiring (A9)."""
