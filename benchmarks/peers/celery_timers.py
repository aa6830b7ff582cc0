"""Celery with ETA on Redis: four threads of one worker, in a process beside who sends. Arguments: URL, count, seconds apart."""

import os
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime
from typing import Any

from celery import Celery
from lateness import answer
from redis import Redis

URL, COUNT, APART_S = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
NAME = os.environ.setdefault("TWOLAMPS_PEER_QUEUE", f"peer-{secrets.token_hex(4)}")
redis: Any = Redis.from_url(URL)
app = Celery(NAME, broker=URL)
app.conf.update(
    task_default_queue=NAME, task_ignore_result=True, worker_prefetch_multiplier=0, broker_connection_retry_on_startup=True,
    worker_enable_remote_control=False, task_store_errors_even_if_ignored=False,
)  # fmt: skip


@app.task(name="ring")  # type: ignore[untyped-decorator]
def ring(due_at: float) -> None:
    """Note how late it is."""
    redis.rpush(f"{NAME}:late", repr(time.time() - due_at))


def main() -> None:
    """Send all before the first is due, and wait for the last."""
    worker = subprocess.Popen([sys.executable, __file__, *sys.argv[1:], "worker"], stdout=subprocess.DEVNULL)
    try:
        first = time.time() + 5 + COUNT / 800
        for n in range(COUNT):
            at = first + n * APART_S
            ring.apply_async((at,), eta=datetime.fromtimestamp(at, UTC))
        while redis.llen(f"{NAME}:late") < COUNT:
            time.sleep(0.05)
    finally:
        worker.terminate()
        worker.wait(20)
    answer([float(late) for late in redis.lrange(f"{NAME}:late", 0, -1)])
    redis.delete(f"{NAME}:late", NAME)


if __name__ == "__main__" and sys.argv[4:] == ["worker"]:
    app.worker_main(["worker", "-P", "threads", "-c", "4", "-l", "ERROR", "--without-gossip", "--without-mingle"])
elif __name__ == "__main__":
    main()
