"""Follow-ups from a file: our own export, and lists of tasks of other programs (A13)."""
