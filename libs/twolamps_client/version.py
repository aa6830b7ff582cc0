"""Which version of the client is this? Read by the build and sent to the server as User-Agent."""

__version__ = "0.1.0"
