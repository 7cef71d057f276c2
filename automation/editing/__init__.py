"""Changing a definition step by step, as plain data that may be unfinished. Knows no database and no clock."""
