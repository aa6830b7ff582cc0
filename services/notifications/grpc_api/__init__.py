"""Which calls does notifications answer? A person's own inbox, and the change log for processes that hold streams."""
