"""Pages of follow-ups, one file a page."""
