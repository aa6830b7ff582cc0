"""arq on Redis: one worker of 100 jobs at a time that looks every 50 ms. Arguments: URL, count, seconds apart,
and how many others are pending: copies of one job, as its queue keeps it, a day ahead."""

import asyncio
import secrets
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from arq import Worker, create_pool
from arq.connections import RedisSettings
from lateness import answer, begin

URL, COUNT, APART_S, PENDING = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
AT_ONCE, JOB = 5_000, "arq:job:"
late: list[float] = []


async def ring(_: dict[Any, Any], due_at: float) -> None:
    """Note how late it is."""
    late.append(time.time() - due_at)


async def main() -> None:
    """Send all before the first is due, and wait for the last."""
    queue, settings = f"peer-{secrets.token_hex(4)}", RedisSettings.from_dsn(URL)
    redis = await create_pool(settings, default_queue_name=queue)
    others = [f"{queue}-{n}" for n in range(PENDING)]
    if PENDING:
        await redis.enqueue_job("ring", 0.0, _job_id=others[0], _defer_until=datetime.now(UTC) + timedelta(days=1))
        job, at = await redis.get(JOB + others[0]), await redis.zscore(queue, others[0])
        for n in range(0, PENDING, AT_ONCE):
            part = others[n : n + AT_ONCE]
            await redis.mset({JOB + name: job for name in part})
            await redis.zadd(queue, dict.fromkeys(part, at))
    first = time.time() + 3 + COUNT / 800
    for n in range(COUNT):
        at = first + n * APART_S
        await redis.enqueue_job("ring", at, _defer_until=datetime.fromtimestamp(at, UTC))
    begin(first)
    worker = Worker(
        [ring], redis_pool=redis, queue_name=queue, max_jobs=100, poll_delay=0.05, keep_result=0, handle_signals=False
    )
    task = asyncio.create_task(worker.async_run())
    while len(late) < COUNT:  # noqa: ASYNC110 - the jobs know no event
        await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    for n in range(0, PENDING, AT_ONCE):
        await redis.unlink(*(JOB + name for name in others[n : n + AT_ONCE]))
    await redis.delete(queue)
    answer(late)


if __name__ == "__main__":
    asyncio.run(main())
