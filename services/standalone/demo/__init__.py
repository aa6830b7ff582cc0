"""What does Twolamps do for two people? A first evening, lived through the public API and checked fact by fact."""
