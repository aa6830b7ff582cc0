"""Are the committed calls the ones that the API's descriptors ask for?"""

import subprocess
import sys
from pathlib import Path


def test_the_calls_are_what_the_generator_writes() -> None:
    generator = Path(__file__).parents[1] / "generate.py"
    run = subprocess.run([sys.executable, str(generator), "--check"], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "calls: nothing stale\n"), run.stderr
