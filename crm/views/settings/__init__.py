"""The settings pages of the ground floor."""
