"""The ways on which news reaches a person."""
