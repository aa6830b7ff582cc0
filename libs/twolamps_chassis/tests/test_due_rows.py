"""Due rows: never early, each once, and one that fails stops no other."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from pairing.main import compose
from twolamps_chassis.consumers import Consumer
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Database, Row, Transaction
from twolamps_chassis.due_rows import Due, DueLoop
from twolamps_testkit.stage import Stage, eventually


class Bells:
    """A table of due rows, and a handler that fails where told to."""

    def __init__(self, database: Database) -> None:
        self.database, self.poison, self.rung, self.calls = database, set[int](), list[int](), 0
        self.error: BaseException = ZeroDivisionError()
        self.loop = DueLoop(database, [Due("bells", self.ring, batch=10)], [])

    async def ring(self, rows: Sequence[Row], tx: Transaction) -> None:
        self.calls += 1
        for row in rows:
            if row["id"] in self.poison:
                raise self.error
            assert row["due_at"] <= tx.now
        await tx.execute("UPDATE bells SET state = 'rung' WHERE id = ANY($1::int[])", [row["id"] for row in rows])
        tx.on_commit(lambda: self.rung.extend(row["id"] for row in rows))


@pytest.fixture
async def bells(stage: Stage) -> Bells:
    await stage.start(pairing=compose)
    admin = await asyncpg.connect(stage.postgres.dsn(stage.database))
    await admin.execute(
        "CREATE TABLE pairing.bells (id int PRIMARY KEY, stream_key uuid, due_at timestamptz, state text)"
    )
    await admin.execute("GRANT SELECT, INSERT, UPDATE ON pairing.bells TO PUBLIC")
    await admin.close()
    return Bells(stage.tables("pairing"))


async def plant(database: Database, key: UUID, ids: Sequence[int], due_in: timedelta) -> None:
    async with database.begin() as tx:
        await tx.lock([key])
        await tx.executemany(
            "INSERT INTO bells VALUES ($1, $2, $3, 'pending')", [(n, key, tx.now + due_in) for n in ids]
        )


async def test_nothing_rings_before_its_time_and_all_that_is_due_rings_once(bells: Bells, stage: Stage) -> None:
    for n in range(5):
        await plant(bells.database, uuid4(), range(n * 10, n * 10 + 7), timedelta(seconds=60))
    await bells.loop.turn()
    assert bells.rung == []
    stage.move_clock(61)
    twin = DueLoop(bells.database, bells.loop.dues, [])
    while len(bells.rung) < 35:
        await asyncio.gather(bells.loop.turn(), twin.turn())
    assert len(bells.rung) == len(set(bells.rung)) == 35


async def test_a_row_that_fails_stops_no_other_and_is_tried_again(bells: Bells) -> None:
    await plant(bells.database, uuid4(), range(25), timedelta(seconds=-1))
    bells.poison = {3, 17}
    assert await bells.loop.turn() == 1.0
    assert sorted(bells.rung) == [n for n in range(25) if n not in bells.poison]
    bells.poison = set()
    await bells.loop.turn()
    assert sorted(bells.rung) == list(range(25))


async def test_of_many_one_that_fails_is_found_by_halves_while_the_others_go_in_batches(bells: Bells) -> None:
    for n in range(20):
        await plant(bells.database, uuid4(), range(n * 10, n * 10 + 10), timedelta(seconds=n - 30))
    bells.poison = {0, 103}
    assert await bells.loop.turn() == 1.0
    assert sorted(bells.rung) == [n for n in range(200) if n not in bells.poison]
    assert bells.calls < 50  # one by one it would be 200


async def test_a_handler_that_raises_cancelled_error_is_a_row_that_fails(bells: Bells) -> None:
    await plant(bells.database, uuid4(), range(25), timedelta(seconds=-1))
    bells.poison, bells.error = {3}, asyncio.CancelledError()
    assert await bells.loop.turn() == 1.0
    assert sorted(bells.rung) == [n for n in range(25) if n != 3]


async def test_a_loop_is_not_woken_by_its_own_work(bells: Bells) -> None:
    turns: list[float] = []

    class Counted(DueLoop):
        async def turn(self) -> float:
            turns.append(await super().turn())
            return turns[-1]

    async def rung() -> int:
        return len(bells.rung)

    consumers = [Consumer(bells.database, "prompts", Couples(), {})]
    await plant(bells.database, uuid4(), range(25), timedelta(seconds=-1))
    running = asyncio.create_task(Counted(bells.database, bells.loop.dues, consumers).run())
    await eventually(rung, until=lambda many: many == 25)
    await asyncio.sleep(0.3)  # a loop that wakes itself makes dozens of turns in this time
    running.cancel()
    assert len(turns) <= 3
