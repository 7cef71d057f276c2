"""The kinds of trigger, one small module each."""
