"""What does a peer's script answer? The lateness of its timers and its CPU, as one line of JSON. Needs Python alone."""

import json
import os
import sys
import time
from collections.abc import Sequence
from statistics import quantiles


def begin(first: float) -> None:
    """All has been sent; ends the process where that was too late, as lateness would be this script's own."""
    if time.time() > first:
        sys.exit("the first timer came due while others were still being sent")


def answer(lateness_s: Sequence[float]) -> None:
    """Print it; the CPU is this process's with all its threads, and of the children it waited for."""
    points, times = quantiles(lateness_s, n=100), os.times()
    spent = times.user + times.system + times.children_user + times.children_system
    found = {"p50": points[49], "p99": points[98], "last": max(lateness_s)}
    print(json.dumps({name: 1e3 * value for name, value in found.items()} | {"cpu_us": 1e6 * spent / len(lateness_s)}))
