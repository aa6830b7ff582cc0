"""Celery with ETA on Redis: four threads of one worker, in a process beside who sends. Arguments: URL, count,
seconds apart, and how many others are pending: copies of one message, an hour ahead, which the worker takes in first."""

import json
import os
import secrets
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from celery import Celery
from lateness import answer, begin
from redis import Redis

URL, COUNT, APART_S, PENDING = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
NAME = os.environ.setdefault("TWOLAMPS_PEER_QUEUE", f"peer-{secrets.token_hex(4)}")
QUEUE, AT_ONCE = f"{NAME}.{NAME}", 5_000
redis: Any = Redis.from_url(URL)
app = Celery(NAME, broker=URL)
app.conf.update(
    task_default_queue=NAME, task_ignore_result=True, worker_prefetch_multiplier=0, broker_connection_retry_on_startup=True,
    worker_enable_remote_control=False, task_store_errors_even_if_ignored=False,
    broker_transport_options={"global_keyprefix": f"{NAME}.", "visibility_timeout": 86_400},
)  # fmt: skip


@app.task(name="ring")  # type: ignore[untyped-decorator]
def ring(due_at: float) -> None:
    """Note how late it is."""
    redis.rpush(f"{NAME}.late", repr(time.time() - due_at))


def main() -> None:
    """Send all before the first is due, and wait for the last."""
    if PENDING:
        send_copies()
    worker = subprocess.Popen([sys.executable, __file__, *sys.argv[1:], "worker"], stdout=subprocess.DEVNULL)
    try:
        while redis.llen(QUEUE):
            time.sleep(0.05)
        first = time.time() + 5 + COUNT / 800
        for n in range(COUNT):
            at = first + n * APART_S
            ring.apply_async((at,), eta=datetime.fromtimestamp(at, UTC))
        begin(first)
        while redis.llen(f"{NAME}.late") < COUNT:
            time.sleep(0.05)
    finally:
        worker.kill()  # asked to end it would first give all that are pending back, one by one
        worker.wait(20)
        late = redis.lrange(f"{NAME}.late", 0, -1)
        redis.unlink(NAME, *redis.scan_iter(f"{NAME}.*", count=1_000))
    answer([float(one) for one in late])


def send_copies() -> None:
    """Put those that are pending into the queue, each under an id and a tag of its own."""
    ring.apply_async((0.0,), eta=datetime.now(UTC) + timedelta(hours=1))
    message = redis.rpop(QUEUE).decode()
    task, tag = json.loads(message)["headers"]["id"], json.loads(message)["properties"]["delivery_tag"]
    for start in range(0, PENDING, AT_ONCE):
        many = [
            message.replace(task, str(uuid4())).replace(tag, str(uuid4())) for _ in range(min(AT_ONCE, PENDING - start))
        ]
        redis.lpush(QUEUE, *many)


if __name__ == "__main__" and sys.argv[5:] == ["worker"]:
    app.worker_main(["worker", "-P", "threads", "-c", "4", "-l", "ERROR", "--without-gossip", "--without-mingle"])
elif __name__ == "__main__":
    main()
