"""External events."""
