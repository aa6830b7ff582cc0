"""The doctor: each module looks at one thing and tells what it found; command.py puts them together."""
