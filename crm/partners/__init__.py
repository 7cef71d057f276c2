"""Partners and the clients in common (A7)."""
