"""What do two people notice when PostgreSQL ends their calls, or goes and comes? What was accepted is kept, and told once."""

import asyncio
from pathlib import Path

import asyncpg

from standalone.demo.evening import Evening
from tests.faults.ledger import long_or, note
from tests.faults.platform.conftest import MakeFleet
from tests.faults.platform.two import couple, grows, is_told, proposing
from tests.fleet import ONE_OF_EACH, Fleet
from twolamps_chassis.postgres_server import PostgresServer
from twolamps_testkit.servers import Postgres

CUTS, RESTARTS = long_or((5, 1), (12, 5))
BURST, BETWEEN_S = 20, 0.02  # one cut alone mostly meets connections that are idle
PAUSE_S = 0.1
GONE_S = 2.0
CUT = (
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = ANY($1) AND pid <> pg_backend_pid()"
)


async def cut(fleet: Fleet) -> int:
    """End every session of the platform, and those that come after, for a moment; how many there were."""
    admin, ended = await asyncpg.connect(fleet.postgres.dsn("postgres")), 0
    try:
        for _ in range(BURST):
            ended += await admin.fetchval(CUT, [fleet.database, f"{fleet.postgres.template}_keys"])
            await asyncio.sleep(BETWEEN_S)
    finally:
        await admin.close()
    return ended


async def all_is_kept_and_told(evening: Evening, by_ada: list[str], by_ben: list[str]) -> None:
    """Both were told of each invite once and in order, and both find all of them."""
    await is_told(evening.ben, by_ada, 30)
    await is_told(evening.ada, by_ben, 30)
    for person in evening.both:
        kept = {one.id async for one in person.client.scheduling.all_invites()}
        assert {*by_ada, *by_ben} - kept == set()


async def test_connections_to_postgresql_ended_under_load_lose_nothing_that_was_accepted(
    fleets: MakeFleet, tmp_path: Path
) -> None:
    fleet = await fleets(ONE_OF_EACH)
    async with couple(fleet, tmp_path) as evening:
        by_ada: list[str] = []
        by_ben: list[str] = []
        ended = 0
        async with (
            proposing(evening, evening.ada, by_ada, PAUSE_S),
            proposing(evening, evening.ben, by_ben, PAUSE_S),
        ):
            for _ in range(CUTS):
                await grows(by_ada, 2)
                ended += await cut(fleet)
        assert ended > CUTS * len(ONE_OF_EACH)
        await all_is_kept_and_told(evening, by_ada, by_ben)
        accepted = len(by_ada) + len(by_ben)
        print(f"{ended} sessions ended in {CUTS} bursts; {accepted} invites accepted, 0 lost")
        note("sessions of PostgreSQL ended under load", ended, f"{accepted} invites accepted, told once and in order")


async def test_a_postgresql_that_is_restarted_under_load_loses_nothing_that_was_accepted(
    own_postgres: Postgres, fleets: MakeFleet, tmp_path: Path
) -> None:
    fleet = await fleets(ONE_OF_EACH, on=own_postgres)
    async with couple(fleet, tmp_path) as evening:
        by_ada: list[str] = []
        by_ben: list[str] = []
        async with (
            proposing(evening, evening.ada, by_ada, PAUSE_S),
            proposing(evening, evening.ben, by_ben, PAUSE_S),
        ):
            for _ in range(RESTARTS):
                await grows(by_ada, 2)
                assert own_postgres.server is not None
                await asyncio.to_thread(own_postgres.server.stop)
                await asyncio.sleep(GONE_S)
                own_postgres.server = await asyncio.to_thread(PostgresServer.start, own_postgres.folder / "postgres")
                await grows(by_ada, 2)
        await all_is_kept_and_told(evening, by_ada, by_ben)
        accepted = len(by_ada) + len(by_ben)
        note("PostgreSQL restarted under load", RESTARTS, f"{accepted} invites accepted, told once and in order")
