"""Streams: gapless, in commit order, whoever writes."""

import asyncio
from uuid import UUID, uuid4

import asyncpg
import pytest

from pairing.main import compose
from twolamps_chassis.db import Database, StreamNotLocked
from twolamps_events.pairing import SessionEnded, SharesChanged
from twolamps_testkit.stage import Stage


def ended(person: UUID) -> SessionEnded:
    return SessionEnded(person_id=person, session_id=uuid4())


async def write(database: Database, keys: list[UUID], fail: bool = False) -> None:
    async with database.begin() as tx:
        await tx.lock(keys)
        for key in keys:
            tx.record(key, ended(key))
        if fail:
            raise ZeroDivisionError


async def test_fifty_writers_leave_no_gap_and_ids_rise_with_seq(stage: Stage) -> None:
    await stage.start(pairing=compose)
    database, keys = stage.tables("pairing"), [uuid4() for _ in range(3)]

    async def writer(n: int) -> None:
        for turn in range(10):
            chosen = [keys[n % 3], keys[(n + turn) % 3]] if turn % 2 else [keys[n % 3]]
            try:
                await write(database, list(dict.fromkeys(chosen)), fail=(n + turn) % 7 == 0)
            except ZeroDivisionError:
                continue

    await asyncio.gather(*(writer(n) for n in range(50)))
    async with database.begin() as tx:
        rows = await tx.fetch("SELECT key, seq FROM outbox ORDER BY id")
        heads = {row["key"]: row["seq"] for row in await tx.fetch("SELECT key, seq FROM streams")}
    for key in keys:
        seqs = [row["seq"] for row in rows if row["key"] == key]
        assert seqs == list(range(1, len(seqs) + 1))
        assert heads[key] == len(seqs) > 50


async def test_what_rolls_back_takes_no_seq(stage: Stage) -> None:
    await stage.start(pairing=compose)
    database, key = stage.tables("pairing"), uuid4()
    with pytest.raises(ZeroDivisionError):
        await write(database, [key], fail=True)
    await write(database, [key])
    async with database.begin() as tx:
        assert [row["seq"] for row in await tx.fetch("SELECT seq FROM outbox WHERE key = $1", key)] == [1]


async def test_an_event_needs_its_stream_locked(stage: Stage) -> None:
    await stage.start(pairing=compose)
    with pytest.raises(StreamNotLocked):
        async with stage.tables("pairing").begin() as tx:
            tx.record(uuid4(), ended(uuid4()))


async def test_an_oversize_event_is_refused_when_it_is_recorded(stage: Stage) -> None:

    await stage.start(pairing=compose)
    key = uuid4()
    big = SharesChanged(couple_id=key, active=["x" * 100] * 10_000, shares_version=1)
    async with stage.tables("pairing").begin() as tx:
        await tx.lock([key])
        with pytest.raises(ValueError, match="900000"):
            tx.record(key, big)


async def test_the_app_role_reads_no_outbox_and_no_other_peoples_couples(stage: Stage) -> None:
    await stage.start(pairing=compose)
    await stage.pair()
    async with stage.tables("pairing").begin("app", stage.eve.id) as tx:
        assert await tx.fetch("SELECT * FROM couples") == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with stage.tables("pairing").begin("app", stage.ann.id) as tx:
            await tx.fetch("SELECT * FROM outbox")
