"""What every service stands on. README.md beside this file is the map."""
