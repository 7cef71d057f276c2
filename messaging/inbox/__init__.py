"""Talks with contacts as people read and write them: who waits, what was said, what is being written."""
