"""Reminders and protected time together."""
