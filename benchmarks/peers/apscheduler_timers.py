"""APScheduler 3 with its jobs in PostgreSQL, twenty threads. Arguments: SQLAlchemy URL, count, seconds apart."""

import logging
import sys
import time
from datetime import UTC, datetime

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from lateness import answer

URL, COUNT, APART_S = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
late: list[float] = []


def ring(due_at: float) -> None:
    """Note how late it is."""
    late.append(time.time() - due_at)


def main() -> None:
    """Add all before the first is due, and wait for the last."""
    logging.disable(logging.CRITICAL)
    scheduler = BackgroundScheduler(
        jobstores={"default": SQLAlchemyJobStore(url=URL)}, executors={"default": {"type": "threadpool", "max_workers": 20}},
        job_defaults={"misfire_grace_time": None}, timezone=UTC,
    )  # fmt: skip
    scheduler.start(paused=True)
    first = time.time() + 3 + COUNT / 100
    for n in range(COUNT):
        at = first + n * APART_S
        scheduler.add_job("apscheduler_timers:ring", "date", run_date=datetime.fromtimestamp(at, UTC), args=[at])
    scheduler.resume()
    import apscheduler_timers  # the jobs name this module, which is not __main__

    while len(apscheduler_timers.late) < COUNT:
        time.sleep(0.05)
    scheduler.shutdown()
    answer(apscheduler_timers.late)


if __name__ == "__main__":
    main()
