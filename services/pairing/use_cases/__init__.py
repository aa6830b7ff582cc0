"""What pairing can do, one verb a file."""
