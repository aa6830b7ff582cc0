"""Which platform is measured as a whole? A fleet of real processes on Kafka, PostgreSQL and Redis, and couples that all
of its services know, put there without the ceremony of signing up.

Promises: a fleet is alone while it is measured; its processes, topics and database are gone afterwards.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import psutil
from aiokafka.errors import KafkaError

from benchmarks.gate import Gate, Reply
from benchmarks.servers import Missing, Servers
from tests.fleet import ONE_OF_EACH, Fleet, Replica
from twolamps_chassis.auth import Signer
from twolamps_chassis.keyring import Keyring
from twolamps_events.catalog import SOURCES, topic
from twolamps_testkit.kafka_process import HOW_TO_GET_IT, KafkaProcess
from twolamps_testkit.redis_process import HOW_TO_GET_REDIS_SERVER, RedisProcess, find_redis_server
from twolamps_testkit.servers import Kafka

SERVICES = ("pairing", "prompts", "scheduling", "notifications")
INVITES_A_DAY = 30  # from one person to the other, before the budget says no
TOKEN_KEPT_S = 300.0
KEY_LANES = 4  # connections of a keyring
MAKE_COUPLES = """
INSERT INTO pairing.couples (id, inviter, invitee, zone, day_start, week_start, calendar_version, paired_at)
SELECT gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'UTC', '00:00', 1, 1, now() FROM generate_series(1, $1)
RETURNING id, inviter, invitee
"""
KNOW_COUPLES = "INSERT INTO {}.couples SELECT * FROM pairing.couples ON CONFLICT DO NOTHING"
TOLD = "SELECT count(*) FROM notifications.items WHERE kind = 'invite_created'"
INVITED = "SELECT subject_id::text FROM notifications.items WHERE kind = 'invite_created'"


@dataclass(frozen=True, slots=True)
class Pair:
    """A couple: its id, and the two."""

    couple: UUID
    one: UUID
    other: UUID


@dataclass
class Town:
    """A running fleet, and who lives there."""

    fleet: Fleet
    database: "asyncpg.Connection[asyncpg.Record]"
    signer: Signer
    tokens: dict[UUID, tuple[float, str, datetime]] = field(default_factory=dict)

    @property
    def gates(self) -> list[int]:
        """The ports of HTTP."""
        return [one.port for one in self.fleet.all if one.role == "gateway"]

    async def settle(self, count: int) -> list[Pair]:
        """So many new couples, known to every service, with data keys at hand."""
        rows = await self.database.fetch(MAKE_COUPLES, count, timeout=120)
        for service in SERVICES[1:]:
            await self.database.execute(KNOW_COUPLES.format(service), timeout=120)
        await self.database.execute("ANALYZE", timeout=120)
        return [Pair(row["id"], row["inviter"], row["invitee"]) for row in rows]

    async def unlock(self, pairs: Sequence[Pair]) -> None:
        """Make the data keys that people have who have written before."""
        postgres = self.fleet.postgres
        keyring = await Keyring.connect(
            postgres.dsn(f"{postgres.template}_keys", postgres.login("scheduling")),
            self.fleet.keys / "private" / "wrapping.key",
        )
        owners = [owner for pair in pairs for owner in (pair.couple, pair.one, pair.other)]
        try:
            await asyncio.gather(*(keyring.load(owners[lane::KEY_LANES]) for lane in range(KEY_LANES)))
        finally:
            await keyring.close()

    def token(self, person: UUID) -> str:
        """A good access token."""
        return self.signed(person)[0]

    def signed(self, person: UUID) -> tuple[str, datetime]:
        """A good access token, and when it expires; a person's session has the person's id."""
        made, token, expires_at = self.tokens.get(person, (0.0, "", datetime.now(UTC)))
        if not token or time.monotonic() - made > TOKEN_KEPT_S:
            token, expires_at = self.signer.access_token(person, person)
            self.tokens[person] = (time.monotonic(), token, expires_at)
        return token, expires_at

    async def invite(self, gate: Gate, pairs: Sequence[Pair], number: int) -> Reply:
        """The nth invite: couples take turns, and when all had theirs, the other one's turn comes."""
        turn, place = divmod(number, len(pairs))
        assert turn < 2 * INVITES_A_DAY, "more invites than budgets allow"
        pair = pairs[place]
        return await gate.call("POST", "/v1/invites", self.token((pair.one, pair.other)[turn % 2]), an_invite(turn))

    async def told(self) -> int:
        """How many invites are in an inbox."""
        return int(await self.database.fetchval(TOLD))

    async def all_told(self, invites: int, within_s: float) -> float:
        """Wait until so many invites are in an inbox; the seconds that took from now."""
        began = time.monotonic()
        while (there := await self.told()) < invites:
            if time.monotonic() - began > within_s:
                raise AssertionError(f"{invites - there} of {invites} invites not in an inbox after {within_s} s")
            await asyncio.sleep(0.02)
        return time.monotonic() - began

    async def invited(self) -> list[str]:
        """The invites in all inboxes."""
        return [row[0] for row in await self.database.fetch(INVITED)]

    def cpu_s(self) -> float:
        """CPU seconds of the fleet's processes until now, servers not counted."""
        running = [psutil.Process(one.process.pid).cpu_times() for one in self.fleet.all if one.process]
        return float(sum(times.user + times.system for times in running))

    async def given_again(self, replicas: Sequence[Replica]) -> int:
        """How many records these replicas were given again since each was started."""
        pages = [await asyncio.to_thread(one.ask, "/metrics") for one in replicas]
        lines = [line for page in pages for line in page.text.splitlines()]
        again = [line for line in lines if "_total{" in line and 'outcome="again"' in line]
        return round(sum(float(line.rsplit(" ", 1)[1]) for line in again))


def an_invite(hours: int) -> dict[str, str]:
    """The body of CreateInvite."""
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2, hours=hours)
    return {"title": "A walk", "startsAt": starts_at.isoformat().replace("+00:00", "Z"), "duration": "3600s"}


@asynccontextmanager
async def town(
    servers: Servers, replicas: Mapping[str, int] = ONE_OF_EACH, *, kafka: Kafka | None = None, redis: str = ""
) -> AsyncIterator[Town]:
    """A fleet with these replicas, on the run's own servers unless others are given."""
    log = kafka or servers.kafka
    name = await servers.postgres.copy()
    with tempfile.TemporaryDirectory(prefix="twolamps-bench-") as folder:
        fleet = Fleet(
            Path(folder), servers.postgres, name, log.servers, redis or servers.redis, replicas,
            changed={"TWOLAMPS_LOG_LEVEL": "warning"},
        )  # fmt: skip
        try:
            await asyncio.to_thread(fleet.start)
            database = await fleet.connect()
            try:
                yield Town(fleet, database, Signer(fleet.keys / "private" / "token.json"))
            finally:
                await database.close(timeout=5)
        finally:
            await asyncio.to_thread(fleet.stop)
            await servers.postgres.drop(name)
            for source in (*SOURCES, "fences"):
                with suppress(KafkaError, OSError):
                    await log.delete_topic(topic(source, fleet.prefix))


@asynccontextmanager
async def own_kafka() -> AsyncIterator[KafkaProcess]:
    """A Kafka to stop and freeze; raises Missing."""
    with tempfile.TemporaryDirectory(prefix="twolamps-bench-") as folder:
        process = KafkaProcess.open(Path(folder))
        if process is None:
            raise Missing(HOW_TO_GET_IT)
        try:
            await asyncio.to_thread(process.start)
            yield process
        finally:
            await asyncio.to_thread(process.close)


@asynccontextmanager
async def own_redis() -> AsyncIterator[RedisProcess]:
    """A Redis to stop and hang; raises Missing."""
    if find_redis_server() is None:
        raise Missing(HOW_TO_GET_REDIS_SERVER)
    process = RedisProcess()
    await asyncio.to_thread(process.start)
    try:
        yield process
    finally:
        process.stop()
