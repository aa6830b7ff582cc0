"""What does a peer's script answer? The lateness of its timers and its CPU, as one line of JSON. Needs Python alone."""

import json
import os
from collections.abc import Sequence
from statistics import quantiles


def answer(lateness_s: Sequence[float]) -> None:
    """Print it; the CPU is this process's with all its threads, and of the children it waited for."""
    points, times = quantiles(lateness_s, n=100), os.times()
    spent = times.user + times.system + times.children_user + times.children_system
    found = {"p50": points[49], "p99": points[98], "last": max(lateness_s)}
    print(json.dumps({name: 1e3 * value for name, value in found.items()} | {"cpu_us": 1e6 * spent / len(lateness_s)}))
