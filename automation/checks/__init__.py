"""The checks before an automation is switched on, one small module each."""
