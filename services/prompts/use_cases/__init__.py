"""What can be done with prompts? One verb a file."""
