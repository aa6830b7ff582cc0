"""How long are the faults? As long as every run can bear, or, with TWOLAMPS_TEST_LONG=1, as long as the promise says.

Promises: what a long run found is a line of LEDGER.md, beside the code that it judged.
"""

import os
import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

LONG = bool(os.environ.get("TWOLAMPS_TEST_LONG"))
SEED = int(os.environ.get("TWOLAMPS_TEST_SEED", "0")) or random.randrange(1 << 32)
LEDGER = Path(__file__).with_name("LEDGER.md")
Value = TypeVar("Value")


def long_or(short: Value, long: Value) -> Value:
    """The value for this run."""
    return long if LONG else short


def note(fault: str, times: int, result: object, seed: int | None = None) -> None:
    """Write down what a long run found; a short one leaves no line."""
    if not LONG:
        return
    head = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, check=True, text=True)
    drawn = "-" if seed is None else str(seed)
    line = f"| {datetime.now(UTC):%Y-%m-%d} | {head.stdout.strip()} | {fault} | {times} | {drawn} | {result} |\n"
    with LEDGER.open("a") as ledger:
        ledger.write(line)
