"""Webhooks of other systems: each a module with its own verification, all behind one protocol."""
