"""A process: may it hold many streams, and does each of its loops go on?"""

import asyncio
import subprocess
import sys

from twolamps_chassis.lifecycle import Lifecycle
from twolamps_testkit.stage import eventually

CHILD = """
import resource
resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
from twolamps_chassis.lifecycle import allow_many_streams
allow_many_streams()
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
print(soft == min(hard, 65536) or hard == resource.RLIM_INFINITY and soft == 65536)
"""


def test_a_process_takes_as_many_files_as_it_is_allowed() -> None:
    assert subprocess.run([sys.executable, "-c", CHILD], capture_output=True, text=True, check=True).stdout == "True\n"


async def test_a_loop_that_ends_by_a_cancellation_of_nobody_is_begun_again_and_one_that_is_stopped_is_not() -> None:
    begun, lifecycle = 0, Lifecycle()

    async def run() -> None:
        nonlocal begun
        begun += 1
        if begun < 3:
            raise asyncio.CancelledError
        await asyncio.Event().wait()

    async def times() -> int:
        return begun

    lifecycle.loop("a loop", run)
    await eventually(times, until=lambda many: many == 3)
    await lifecycle.stop()
    assert lifecycle.tasks[0].cancelled()
    assert begun == 3
