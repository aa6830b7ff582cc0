"""What scheduling does: one verb a file."""
