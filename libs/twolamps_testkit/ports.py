"""Which port does a server of a test take? One below those that outgoing connections take, so that it stays free while the
server is down.

Promises: a run of tests names no port twice, or a server that comes back could find another one at its place.
"""

import random
import socket
from contextlib import ExitStack

_ALONE = random.sample(range(20_000, 30_000), 10_000)
_IN_A_ROW = random.sample(range(30_000, 32_000, 10), 200)


def free_port() -> int:
    """A free port of loopback."""
    return _take(_ALONE, 1)


def free_ports(count: int) -> int:
    """The first of at most ten free ports in a row."""
    return _take(_IN_A_ROW, count)


def _take(untried: list[int], count: int) -> int:
    while True:
        first = untried.pop()
        with ExitStack() as held:
            try:
                for port in range(first, first + count):
                    held.enter_context(socket.socket()).bind(("127.0.0.1", port))
            except OSError:
                continue
            return first
