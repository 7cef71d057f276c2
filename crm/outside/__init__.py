"""Events that other systems send (A11)."""
