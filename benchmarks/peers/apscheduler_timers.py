"""APScheduler 3 with its jobs in PostgreSQL, twenty threads. Arguments: SQLAlchemy URL, count, seconds
apart, and how many others are pending: copies of one job, as its store keeps it, a year ahead."""

import logging
import sys
import time
from datetime import UTC, datetime, timedelta

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from lateness import answer, begin
from sqlalchemy import create_engine, text

URL, COUNT, APART_S, PENDING = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
COPY = """
INSERT INTO apscheduler_jobs (id, next_run_time, job_state)
SELECT id || n, next_run_time + n, job_state FROM apscheduler_jobs, generate_series(2, :pending) AS n
"""
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
    if PENDING:
        far = datetime.now(UTC) + timedelta(days=365)
        scheduler.add_job("apscheduler_timers:ring", "date", run_date=far, args=[far.timestamp()])
        with create_engine(URL).begin() as connection:
            connection.execute(text(COPY), {"pending": PENDING})
    first = time.time() + 3 + COUNT / 100
    for n in range(COUNT):
        at = first + n * APART_S
        scheduler.add_job("apscheduler_timers:ring", "date", run_date=datetime.fromtimestamp(at, UTC), args=[at])
    begin(first)
    scheduler.resume()
    import apscheduler_timers  # the jobs name this module, which is not __main__

    while len(apscheduler_timers.late) < COUNT:
        time.sleep(0.05)
    scheduler.shutdown()
    answer(apscheduler_timers.late)


if __name__ == "__main__":
    main()
