"""Twolamps in one process, and the `twolamps` command."""
