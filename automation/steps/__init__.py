"""The kinds of step, one small module each."""
