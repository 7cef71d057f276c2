"""Providers that live on this machine: real HTTP, every request held to the provider's own rules, faults to order."""
