"""On what was it measured? The machine, the servers and the commit, in one line each; and how much CPU a stretch took."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from benchmarks.servers import Servers


def commit() -> str:
    """The commit, with a + where files differ from it, and the day."""
    place = {"cwd": Path(__file__).parent, "text": True, "capture_output": True}
    sha = subprocess.run(["git", "rev-parse", "--short", "HEAD"], **place).stdout.strip()  # type: ignore[call-overload]
    changed = subprocess.run(["git", "status", "--porcelain", "-uno"], **place).stdout.strip()  # type: ignore[call-overload]
    return f"{sha}{'+' if changed else ''} {datetime.now(UTC).date()}"


async def describe(servers: Servers) -> str:
    """Cores, processor, memory and versions."""
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("asyncpg", "aiokafka", "faststream", "grpcio", "uvloop")
    )
    return (
        f"{os.cpu_count()} cores of {_processor()}, {memory:.0f} GB; {platform.system()} {platform.release()}; "
        f"Python {platform.python_version()}, {packages}; {', '.join(await servers.versions())}"
    )


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


class Cpu:
    """CPU seconds of this process since it was made."""

    def __init__(self) -> None:
        self.began = self._now()

    def spent(self) -> float:
        """Seconds, user and system, of all its threads."""
        return self._now() - self.began

    @staticmethod
    def _now() -> float:
        times = os.times()
        return times.user + times.system
