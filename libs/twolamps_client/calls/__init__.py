"""Which calls are there? One typed file a service, written by generate.py from the descriptors."""
