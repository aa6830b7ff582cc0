"""How is a fault on the way between two services judged? By a house that counts: what was recorded, and what was applied.

Promises: one service's outbox and another's consumer, each on its own real tables; every event carries its number within
its stream, and whatever is applied is written down without any uniqueness, so that a second time and a wrong order show.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg

from twolamps_chassis.consumers import Consumer
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Database, Transaction
from twolamps_chassis.keyring import Keyring
from twolamps_chassis.status import ParkedRow, list_parked
from twolamps_events.pairing import SessionEnded
from twolamps_testkit.outbox_house import firsts, read_topic
from twolamps_testkit.servers import Kafka, Postgres
from twolamps_testkit.stage import eventually

SOURCE, READER = "pairing", "prompts"
TALLY = """
CREATE TABLE {schema}.applied (n bigint GENERATED ALWAYS AS IDENTITY, key uuid NOT NULL, number bigint NOT NULL);
GRANT SELECT, INSERT ON {schema}.applied TO "{login}_worker";
"""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a house's servers are; it can be handed to another process."""

    source_dsn: str
    reader_dsn: str
    keys_dsn: str
    wrapping_key: Path
    servers: str
    topic: str
    fence_topic: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the recorded events, in the reader's tables and, since each of them is a fence, in the topic of fences."""

    lost: int
    twice: int
    out_of_order: int


FAULTLESS = Verdict(0, 0, 0)


@asynccontextmanager
async def open_tables(dsn: str, schema: str, address: Address) -> AsyncIterator[Database]:
    """A service's tables."""
    keyring = await Keyring.connect(address.keys_dsn, address.wrapping_key)
    database = await Database.connect(dsn, schema, keyring, 4)
    try:
        yield database
    finally:
        await database.close()
        await keyring.close()


class TallyConsumer(Consumer):
    """The reader's group: it writes down each number. `raises` fail it, one a call; numbers in `poison` fail by themselves."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, SOURCE, Couples(), {SessionEnded: self.write_down})
        self.raises: list[BaseException] = []
        self.poison: set[int] = set()

    async def write_down(self, events: Sequence[SessionEnded], tx: Transaction) -> None:
        """Write down the numbers."""
        if self.raises:
            raise self.raises.pop()
        if any(event.session_id.int in self.poison for event in events):
            raise ZeroDivisionError
        rows = [(event.person_id, event.session_id.int) for event in events]
        await tx.executemany("INSERT INTO applied (key, number) VALUES ($1, $2)", rows)


@dataclass
class TallyHouse:
    """The outbox of one service, the tables of another, and what a test does with them."""

    address: Address
    source: Database
    reader: Database
    admin: "asyncpg.Connection[asyncpg.Record]"

    @classmethod
    @asynccontextmanager
    async def open(cls, postgres: Postgres, kafka: Kafka, topic: str, fence_topic: str) -> AsyncIterator["TallyHouse"]:
        """A house on a database of its own; `admin` is a session that no fault befalls."""
        name = await postgres.copy()
        source_dsn, reader_dsn = (postgres.dsn(name, postgres.login(service)) for service in (SOURCE, READER))
        keys = postgres.dsn(f"{postgres.template}_keys", postgres.login(SOURCE))
        wrapping_key = postgres.keys / "private" / "wrapping.key"
        address = Address(source_dsn, reader_dsn, keys, wrapping_key, kafka.servers, topic, fence_topic)
        admin = await asyncpg.connect(postgres.dsn(name))
        try:
            await admin.execute(TALLY.format(schema=READER, login=postgres.login(READER)))
            async with (
                open_tables(source_dsn, SOURCE, address) as source,
                open_tables(reader_dsn, READER, address) as reader,
            ):
                yield cls(address, source, reader, admin)
        finally:
            await admin.close()
            await postgres.drop(name)

    async def record(self, keys: Sequence[UUID], each: int = 1) -> None:
        """Record the next numbers on streams, one of each in a transaction, as commands do."""
        for _ in range(each):
            async with self.source.begin() as tx:
                await tx.lock(keys)
                for key in keys:
                    tx.record(key, SessionEnded(person_id=key, session_id=UUID(int=tx.streams[key].seq + 1)))

    @asynccontextmanager
    async def commands(self, streams: int = 24, pause_s: float = 0.03) -> AsyncIterator[None]:
        """Meanwhile commands go on, on streams of their own, in no order between them; none may fail."""
        keys = [uuid4() for _ in range(streams)]

        async def go_on() -> None:
            turn = 0
            while True:
                turn += 7
                await self.record([keys[(turn + n) % streams] for n in range(0, streams, 3)])
                await asyncio.sleep(pause_s)

        going_on = asyncio.create_task(go_on())
        try:
            yield
            assert not going_on.done(), "a command failed"
        finally:
            going_on.cancel()
            await asyncio.gather(going_on, return_exceptions=True)

    async def recorded(self) -> int:
        """How many events were recorded."""
        return int(await self.admin.fetchval(f"SELECT count(*) FROM {SOURCE}.outbox"))

    async def waiting(self) -> int:
        """How many of them are not handed on yet."""
        return int(await self.admin.fetchval(f"SELECT count(*) FROM {SOURCE}.outbox WHERE published_at IS NULL"))

    async def applied(self) -> int:
        """How often an event was applied."""
        return int(await self.admin.fetchval(f"SELECT count(*) FROM {READER}.applied"))

    async def numbers(self, key: UUID) -> list[int]:
        """What was applied of a stream, in that order."""
        rows = await self.admin.fetch(f"SELECT number FROM {READER}.applied WHERE key = $1 ORDER BY n", key)
        return [row["number"] for row in rows]

    async def has(self, key: UUID, count: int, within_s: float = 20) -> list[int]:
        """Wait until so many of a stream are applied."""
        return list(await eventually(lambda: self.numbers(key), within_s, until=lambda found: len(found) >= count))

    async def goes_on(self, count: int = 200, within_s: float = 60) -> None:
        """Wait until so many more are applied."""
        target = await self.applied() + count
        await eventually(self.applied, within_s, until=lambda found: found >= target)

    async def judged(self, within_s: float = 40) -> Verdict:
        """Wait until all that was recorded is handed on and applied, or the time is over; then count what is wrong."""
        total = await self.recorded()
        await eventually(self.waiting, within_s, until=lambda count: count == 0)
        with suppress(AssertionError):  # the verdict says what is missing
            await eventually(self.applied, within_s, until=lambda count: count >= total)
        fences = firsts(await read_topic(Kafka(self.address.servers), self.address.fence_topic))
        lost = twice = out_of_order = 0
        for key, last in await self.admin.fetch(f"SELECT key, count(*) FROM {SOURCE}.outbox GROUP BY key"):
            numbers = await self.numbers(key)
            twice += len(numbers) - len(set(numbers))
            for found in (list(dict.fromkeys(numbers)), fences.get(key, [])):
                lost += len(set(range(1, last + 1)) - set(found))
                out_of_order += sum(later < earlier for earlier, later in pairwise(found))
        return Verdict(lost, twice, out_of_order)

    async def parked(self) -> list[ParkedRow]:
        """What the reader has parked."""
        return await list_parked(self.reader)
