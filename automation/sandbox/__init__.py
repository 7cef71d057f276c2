"""Rehearsals: the production engine on a fake clock, with nothing leaving."""
