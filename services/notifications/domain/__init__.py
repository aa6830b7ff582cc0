"""Who is told what; plain Python."""
