"""Notifications: each person's inbox, and its streams."""
