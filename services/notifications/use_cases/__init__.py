"""What notifications can do, one verb a file."""
