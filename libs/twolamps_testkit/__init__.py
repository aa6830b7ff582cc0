"""What do tests stand on? A real PostgreSQL, a node of real roles, a moved clock, and two named people."""
