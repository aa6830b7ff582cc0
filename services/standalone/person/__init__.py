"""What can one of two people say to Twolamps on the command line? One file a command, over the public API alone."""
