"""The rules of invites, slots and reminders; plain Python."""
