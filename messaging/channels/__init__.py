"""The ways out, one small module each, all of one shape. docs/messages.md tells how to add one."""
