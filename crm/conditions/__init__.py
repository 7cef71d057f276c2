"""One language of conditions over contacts and their records (D4)."""
