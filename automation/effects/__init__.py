"""What steps do: the writers, one small module for each effect, working on sets."""
