"""One condition language over contacts and their records (D4): see docs/conditions.md."""
