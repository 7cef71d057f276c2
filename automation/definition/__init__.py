"""What an automation is made of, as data: its triggers, rules and steps."""
