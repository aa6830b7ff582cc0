"""Snapshots: whoever lacks a stream's history goes on from there, not too early; who has it learns nothing new."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest

from pairing.main import compose
from twolamps_chassis.consumers import Consumer
from twolamps_chassis.couples import Couples, couple_of
from twolamps_chassis.db import Database, Transaction
from twolamps_chassis.records import Record
from twolamps_chassis.status import list_parked
from twolamps_events.base import Event
from twolamps_events.pairing import (
    CalendarChanged,
    CoupleEnded,
    CoupleFormed,
    CoupleSnapshot,
    PairingClaimed,
    PersonSnapshot,
)
from twolamps_testkit.stage import Stage

NOW = datetime(2026, 11, 23, 20, tzinfo=UTC)


class Reader:
    """A consumer of pairing; `applied` are the persons of its PairingClaimed, in order."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.database = stage, stage.tables("pairing")
        self.applied: list[int] = []
        self.poison = False
        self.consumer = Consumer(
            self.database, "pairing", Couples(), {PairingClaimed: self.on_claimed, PersonSnapshot: self.on_person}
        )

    async def on_claimed(self, events: Sequence[PairingClaimed], _tx: Transaction) -> None:
        self.applied += [event.person_id.int for event in events]

    async def on_person(self, events: Sequence[PersonSnapshot], _tx: Transaction) -> None:
        if self.poison:
            raise ZeroDivisionError
        self.applied += [-1 for _ in events]

    async def take(self, key: UUID, seq: int, event: Event | None = None, epoch: int = 0) -> None:
        told = event or PairingClaimed(pairing_id=key, person_id=UUID(int=seq))
        await self.consumer.handle([Record("pairing", key, seq, epoch, told.ce_type(), NOW, "", told.body())])

    async def later(self, seconds: float) -> int:
        self.stage.move_clock(seconds)
        return await self.consumer.retry_parked()

    async def parked(self) -> list[tuple[int, str]]:
        return [(row.seq, row.reason) for row in await list_parked(self.database)]


@pytest.fixture
async def reader(stage: Stage) -> Reader:
    await stage.start(pairing=compose)
    return Reader(stage)


async def test_who_lacks_the_history_goes_on_at_the_snapshot_after_thirty_seconds(reader: Reader) -> None:
    key = uuid4()
    for seq in (5, 8, 10):
        await reader.take(key, seq)
    await reader.take(key, 7, PersonSnapshot(person_id=key))
    assert await reader.later(29) == 0
    assert len(await reader.parked()) == 4
    assert await reader.later(2) == 1
    assert reader.applied == [-1, 8]
    assert await reader.parked() == [(10, "gap")]
    for seq in (6, 9):  # six is over, nine was missed
        await reader.take(key, seq)
    assert reader.applied == [-1, 8, 9, 10]


async def test_what_comes_in_time_is_applied_before_the_snapshot(reader: Reader) -> None:
    key = uuid4()
    await reader.take(key, 2, PersonSnapshot(person_id=key))
    await reader.take(key, 1)
    assert reader.applied == [1, -1]
    assert await reader.later(60) == 0


async def test_a_gap_without_a_snapshot_waits_for_what_is_missing(reader: Reader) -> None:
    await reader.take(uuid4(), 3)
    assert await reader.later(3600) == 0
    assert await reader.parked() == [(3, "gap")]


async def test_a_snapshot_waits_behind_what_failed_before_the_gap(reader: Reader) -> None:
    key = uuid4()
    reader.poison = True
    await reader.take(key, 1, PersonSnapshot(person_id=key))
    await reader.take(key, 3, PersonSnapshot(person_id=key))
    await reader.take(key, 4)
    await reader.later(31)
    assert await reader.parked() == [(1, "failed"), (3, "behind"), (4, "behind")]
    reader.poison = False
    assert await reader.consumer.replay(key)
    assert reader.applied == [-1, -1, 4]


async def test_a_snapshot_that_fails_is_parked_as_any_other(reader: Reader) -> None:
    key = uuid4()
    reader.poison = True
    await reader.take(key, 3, PersonSnapshot(person_id=key))
    await reader.later(31)
    assert await reader.parked() == [(3, "failed")]
    reader.poison = False
    await reader.take(key, 4)
    await reader.later(3600)
    assert reader.applied == [-1, 4]


def snapshot(key: UUID, version: int = 3) -> CoupleSnapshot:
    return CoupleSnapshot(
        couple_id=key, inviter_id=UUID(int=1), invitee_id=UUID(int=2), zone="Asia/Tokyo", day_start="03:30",
        week_start=7, calendar_version=version, active=["availability"], shares_version=version, paired_at=NOW,
    )  # fmt: skip


async def couple(database: Database, key: UUID) -> tuple[object, ...]:
    async with database.begin(readonly=True) as tx:
        row = await tx.fetchrow("SELECT * FROM couples WHERE id = $1", key)
    assert row is not None
    known = couple_of(row)
    return known.zone, f"{known.day_start:%H:%M}", known.calendar_version, set(known.shares), known.ended_at is not None


async def test_a_couple_is_known_from_its_snapshot_alone(reader: Reader) -> None:
    living, ended = uuid4(), uuid4()
    await reader.take(living, 9, snapshot(living))
    await reader.take(ended, 9, snapshot(ended), epoch=1)
    assert await reader.later(31) == 2
    assert await couple(reader.database, living) == ("Asia/Tokyo", "03:30", 3, {"availability"}, False)
    assert await couple(reader.database, ended) == ("Asia/Tokyo", "03:30", 3, {"availability"}, True)


async def test_what_is_newer_here_stays(reader: Reader) -> None:
    key = uuid4()
    formed = CoupleFormed(
        couple_id=key, inviter_id=UUID(int=1), invitee_id=UUID(int=2), zone="Europe/Berlin", day_start="04:00",
        week_start=1, paired_at=NOW,
    )  # fmt: skip
    changed = CalendarChanged(
        couple_id=key, by=UUID(int=1), zone="Europe/Oslo", day_start="05:00", week_start=1, calendar_version=4
    )
    await reader.take(key, 1, formed)
    await reader.take(key, 2, changed)
    for seq in (3, 4):
        await reader.take(key, seq, snapshot(key))
    assert await couple(reader.database, key) == ("Europe/Oslo", "05:00", 4, {"availability"}, False)
    await reader.take(key, 5, CoupleEnded(couple_id=key), epoch=1)
    await reader.take(key, 6, snapshot(key, 9), epoch=1)
    assert (await couple(reader.database, key))[-1]
