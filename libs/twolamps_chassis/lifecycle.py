"""How does a process live? Loops run until it is told to stop; readiness goes first, then streams, then calls, then loops.

Promises: a loop that dies is logged and started again with growing pauses; stopping takes at most ten seconds.
"""

import asyncio
import gc
import resource
import signal
import time
from collections.abc import Awaitable, Callable

from twolamps_chassis.telemetry import log, origin

Loop = Callable[[], Awaitable[None]]
STOP_WITHIN_S = 10.0
MOST_FILES = 65_536
HEALTHY_S = 30.0  # a loop that ran this long begins anew with a short pause


def allow_many_streams() -> None:
    """Raise this process's soft limit of open files to its hard one: every stream is a file, and the usual 1,024 are few."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def collect_seldom() -> None:
    """Let the garbage collector pass by what stays for the life of the process, and look less often: a batch makes tens of
    thousands of short-lived objects and no cycles. Measured: a quarter of the CPU that an event costs a consumer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Cancelled(Exception):
    """Code raised CancelledError although nobody stops it: a failure as any other, which would end its loop unseen."""


def is_told_to_stop() -> bool:
    """Whether the task that runs here is being cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


class Lifecycle:
    """The loops of a process and the order in which it stops."""

    def __init__(self) -> None:
        self.ready = False
        self.stopping = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []
        self.on_stop: list[Loop] = []
        self.last: list[Loop] = []

    def loop(self, name: str, run: Loop) -> None:
        """Keep a loop running until the process stops."""
        self.tasks.append(asyncio.create_task(self._keep(name, run), name=name))

    def at_stop(self, step: Loop) -> None:
        """Do this when stopping, in the order of registration."""
        self.on_stop.append(step)

    def at_last(self, step: Loop) -> None:
        """Do this when stopping, after every other step: what the others need until then."""
        self.last.append(step)

    async def until_stopped(self) -> None:
        """Wait for SIGTERM or SIGINT (or `stopping`), then stop in order."""
        running = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            running.add_signal_handler(name, self.stopping.set)
        await self.stopping.wait()
        await self.stop()

    async def stop(self) -> None:
        """Readiness first, the registered steps, then the loops; bounded."""
        self.ready = False
        self.stopping.set()
        try:
            async with asyncio.timeout(STOP_WITHIN_S):
                for step in (*self.on_stop, *self.last):
                    try:
                        await step()
                    except Exception as error:
                        log().warning("lifecycle.stop_step_failed", **origin(error))
                for task in self.tasks:
                    task.cancel()
                await asyncio.gather(*self.tasks, return_exceptions=True)
        except TimeoutError:
            log().warning("lifecycle.stopped_late")

    async def _keep(self, name: str, run: Loop) -> None:
        pause = 0.1
        while True:
            began = time.monotonic()
            try:
                await run()
                return
            except (Exception, asyncio.CancelledError) as error:
                if is_told_to_stop():
                    raise
                log().error("lifecycle.loop_died", role=name, **origin(error))
                if time.monotonic() - began > HEALTHY_S:
                    pause = 0.1
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
