"""The ways out, one small module each, all of one shape. docs/providers.md tells how to add one."""
