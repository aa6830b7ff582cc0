"""Prompts: what partners tell each other, sealed by each and opened for both at once."""
