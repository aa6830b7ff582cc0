"""Who lives on the demo platform? Noor and Sam, invented, who spend three weeks on it through the public API."""
