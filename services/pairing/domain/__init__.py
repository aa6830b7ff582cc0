"""The rules of people and pairing; plain Python."""
