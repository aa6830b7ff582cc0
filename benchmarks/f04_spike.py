"""F4: how long does the platform take for the 20:00 spike? One reminder of each couple comes due within one second, for both
partners: until each has it in the inbox. Scheduling rings, its relay hands on over Kafka, notifications writes, each a
process of its own; beside PostgreSQL alone, which writes the same rows, a statement for each thousand.

The time counts from the first due moment; the inboxes are looked at twice a second.
"""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from statistics import median

import asyncpg

from benchmarks.fleets import KNOW_COUPLES, MAKE_COUPLES, SERVICES, Town, town
from benchmarks.plan import Plan
from benchmarks.rows import Bar, Row, measured
from benchmarks.servers import Servers

WITHIN_S, LOOK_S, BATCH = 300.0, 0.5, 1_000
BEGUN_WITHIN_S = 500.0  # of the nine minutes that a figure has
BODY = bytes(330)  # as a ring's event has
# A reminder of every couple, the nth due n / count seconds after the moment that is given.
REMIND = """
WITH c AS (
    SELECT id, inviter, invitee, row_number() OVER () AS n, count(*) OVER () AS of FROM scheduling.couples
), r AS (
    INSERT INTO scheduling.reminders
        (id, owner, maker, partner, audience, offer, first, zone, rrule, maker_lead, created_at, title, note)
    SELECT id, id, inviter, invitee, 'both', 'accepted', '2027-01-01', 'UTC', '', '0', now(), '', '' FROM c
), s AS (
    INSERT INTO scheduling.streams (key) SELECT id FROM c
), o AS (
    INSERT INTO scheduling.occurrences SELECT id, '2027-01-01', 0, '2027-01-01Z' FROM c
)
INSERT INTO scheduling.rings (reminder_id, person, local, zone, stream_key, planned_at, due_at, late, shown)
SELECT id, person, '2027-01-01', 'UTC', id, due, due, false, 'pending'
FROM c, LATERAL unnest(ARRAY[inviter, invitee]) AS person,
     LATERAL (SELECT $1::timestamptz + n::float / of * interval '1 second' AS due) AS d
"""
THERE = "SELECT count(*) FROM notifications.items"
EACH_ONCE = "SELECT count(DISTINCT (person, subject_id)) FROM notifications.items WHERE kind = 'reminder_rang'"
# The next rings and all that becomes of them: rung, told, in an inbox, in its log, its head moved.
WRITE = """
WITH due AS (
    SELECT ctid FROM scheduling.rings WHERE state = 'pending' ORDER BY due_at LIMIT $1
), rung AS (
    UPDATE scheduling.rings SET shown = 'ringing' FROM due WHERE rings.ctid = due.ctid RETURNING reminder_id, person
), told AS (
    INSERT INTO scheduling.outbox (key, seq, epoch, type, body, time, published_at)
    SELECT gen_random_uuid(), 1, 0, 'reminder_rang', $2, now(), now() FROM rung
), head AS (
    INSERT INTO notifications.heads (person, seq) SELECT person, 1 FROM rung
), added AS (
    INSERT INTO notifications.items (id, person, added_seq, kind, subject_type, subject_id, facts, created_at)
    SELECT gen_random_uuid(), person, 1, 'reminder_rang', 'reminder', reminder_id,
           '{"occurrence": "2027-01-01T00:00:00", "zone": "UTC"}', now() FROM rung RETURNING id, person
)
INSERT INTO notifications.changes (person, seq, item_id, op, changed_at) SELECT person, 1, id, 'added', now() FROM added
"""


async def run(servers: Servers, plan: Plan) -> list[Row]:
    """The rows of F4."""
    couples = plan.size(100_000, 5_000)
    bare, took, cpu_us = list[float](), list[float](), list[float]()
    for _ in plan.repeats("F4", within_s=BEGUN_WITHIN_S):
        bare.append(await _bare(servers, couples))
        async with town(servers) as here:
            seconds, cpu_s = await _spike(here, couples)
        took.append(seconds)
        cpu_us.append(1e6 * cpu_s / (2 * couples))
    what = f"{couples:,} couples' reminders due in one second, until both inboxes have them"
    rings = 2 * couples
    floor = measured("F4", "the same rows", "PostgreSQL alone", "s", rings, bare)
    row = measured("F4", what, "Twolamps", "s", rings, took, peer=floor, bar=Bar("at most", 60), cpu_us=cpu_us,
                   note=f"{rings / median(took):,.0f} inbox rows a second")  # fmt: skip
    return [row, floor]


async def _spike(here: Town, couples: int) -> tuple[float, float]:
    """From the first due moment to the last inbox row; seconds, and CPU seconds of the fleet."""
    await here.settle(couples)
    due_at = datetime.now(UTC) + timedelta(seconds=10 + couples / 2_500)
    await here.database.execute(REMIND, due_at, timeout=120)
    for table in ("rings", "reminders", "streams", "occurrences"):
        await here.database.execute(f"VACUUM ANALYZE scheduling.{table}", timeout=120)
    await here.database.execute("CHECKPOINT")
    left_s = (due_at - datetime.now(UTC)).total_seconds()
    assert left_s > 0, "the rings came due while they were written down"
    assert not await here.database.fetchval(THERE)
    await asyncio.sleep(left_s)
    cpu_s, deadline = here.cpu_s(), time.monotonic() + WITHIN_S
    while (there := await here.database.fetchval(THERE)) < 2 * couples:
        assert time.monotonic() < deadline, f"{there} of {2 * couples} inbox rows after {WITHIN_S} s"
        await asyncio.sleep(LOOK_S)
    seconds = (datetime.now(UTC) - due_at).total_seconds()
    assert await here.database.fetchval(THERE) == await here.database.fetchval(EACH_ONCE) == 2 * couples
    return seconds, here.cpu_s() - cpu_s


async def _bare(servers: Servers, couples: int) -> float:
    """Seconds for the same rows, written on one connection."""
    name = await servers.postgres.copy()
    database = await asyncpg.connect(servers.postgres.dsn(name))
    try:
        await database.execute(MAKE_COUPLES, couples, timeout=120)
        for service in SERVICES[1:]:
            await database.execute(KNOW_COUPLES.format(service), timeout=120)
        await database.execute(REMIND, datetime.now(UTC), timeout=120)
        await database.execute("VACUUM ANALYZE", timeout=120)
        await database.execute("CHECKPOINT")
        began = time.perf_counter()
        while await database.execute(WRITE, BATCH, BODY, timeout=60) != "INSERT 0 0":
            pass
        seconds = time.perf_counter() - began
        assert await database.fetchval(THERE) == 2 * couples
        return seconds
    finally:
        await database.close()
        await servers.postgres.drop(name)
