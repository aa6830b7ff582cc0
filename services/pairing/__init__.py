"""Pairing: people, their sessions, and who is with whom."""
