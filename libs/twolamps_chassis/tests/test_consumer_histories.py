"""Does any history cost a stream a record? Random orders of arrival and arrivals again, records that fail, are never done in
time or cannot be read, mended or dropped at any moment, retries and replays in between."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from pairing.main import compose
from twolamps_chassis.consumers import Consumer, NotFailed
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Transaction
from twolamps_chassis.records import Record
from twolamps_chassis.status import list_parked
from twolamps_events.prompts import LightTaken
from twolamps_testkit.stage import Stage

NOW = datetime(2026, 11, 23, tzinfo=UTC)
STREAMS, LAST = 2, 4
Place = tuple[int, int]
"""The number of a stream, and a seq on it."""
Step = tuple[str, object]
PLACES = st.tuples(st.integers(0, STREAMS - 1), st.integers(1, LAST))
ERRORS = st.sampled_from([ZeroDivisionError, TimeoutError])
STEPS = st.one_of(
    st.tuples(st.just("arrive"), st.lists(PLACES, min_size=1, max_size=4)),
    st.tuples(st.just("spoil"), st.tuples(PLACES, ERRORS)),
    st.tuples(st.just("mend"), PLACES),
    st.tuples(st.just("drop"), PLACES),
    st.tuples(st.just("replay"), st.integers(0, STREAMS - 1)),
    st.tuples(st.just("retry"), st.floats(1, 30)),
)
ALL = [(number, seq) for number in range(STREAMS) for seq in range(1, LAST + 1)]
HISTORIES = st.lists(STEPS, max_size=10).flatmap(
    lambda steps: st.permutations([*steps, *(("arrive", [place]) for place in ALL)])
)


class History:
    """Two streams of four records, what is done with them, and what became of each; every step is checked."""

    def __init__(self, stage: Stage, unreadable: set[Place], spoilt: dict[Place, type[Exception]]) -> None:
        self.stage, self.database = stage, stage.tables("pairing")
        self.unreadable, self.spoilt = unreadable, dict(spoilt)
        self.keys = [uuid4() for _ in range(STREAMS)]
        self.applied: list[Place] = []
        self.arrived, self.dropped = set[Place](), set[Place]()
        self.consumer = Consumer(self.database, "prompts", Couples(), {LightTaken: self.apply})

    async def apply(self, events: Sequence[LightTaken], tx: Transaction) -> None:
        places = [(self.keys.index(event.couple_id), event.prompt_id.int) for event in events]
        for place in places:
            if error := self.spoilt.get(place):
                raise error
        tx.on_commit(lambda: self.applied.extend(places))

    def record(self, place: Place) -> Record:
        key = self.keys[place[0]]
        event = LightTaken(couple_id=key, members=[], prompt_id=UUID(int=place[1]), by=key)
        body = b"\xff{" if place in self.unreadable else event.body()
        return Record("prompts", key, place[1], 0, event.ce_type(), NOW, "", body)

    async def take(self, step: Step) -> None:
        await getattr(self, step[0])(step[1])
        lying = await self.parked()
        for number in range(STREAMS):
            seqs = [seq for stream, seq in self.applied if stream == number]
            gone = {seq for stream, seq in self.dropped if stream == number}
            assert seqs == [seq for seq in range(1, max(seqs, default=0) + 1) if seq not in gone], "once, in order"
        assert sorted([*self.applied, *self.dropped, *lying]) == sorted(self.arrived), "each is in one place"

    async def arrive(self, places: Sequence[Place]) -> None:
        """As from Kafka: what is raised brings the batch again."""
        self.arrived.update(places)
        for _ in range(50):
            try:
                return await self.consumer.handle([self.record(place) for place in places])
            except TimeoutError:
                pass
        raise AssertionError("it stands still")

    async def spoil(self, given: tuple[Place, type[Exception]]) -> None:
        self.spoilt[given[0]] = given[1]

    async def mend(self, place: Place) -> None:
        self.spoilt.pop(place, None)

    async def drop(self, place: Place) -> None:
        try:
            if await self.consumer.drop(self.keys[place[0]], place[1]):
                self.dropped.add(place)
        except NotFailed:
            assert (await self.parked())[place] != "failed"

    async def replay(self, number: int) -> None:
        await self.consumer.replay(self.keys[number])

    async def retry(self, seconds: float) -> None:
        self.stage.move_clock(seconds)
        await self.consumer.retry_parked()

    async def parked(self) -> dict[Place, str]:
        rows = await list_parked(self.database)
        return {(self.keys.index(row.key), row.seq): row.reason for row in rows if row.key in self.keys}

    async def end(self) -> None:
        """All is mended, and what nothing can mend is dropped."""
        self.spoilt.clear()
        for number, seq in ALL:
            await self.take(("replay", number))
            if (number, seq) in self.unreadable:
                await self.take(("drop", (number, seq)))
        for number in range(STREAMS):
            await self.take(("replay", number))
        assert await self.parked() == {}


async def test_whatever_happens_each_record_is_applied_once_in_order_or_lies_where_an_operator_finds_it(
    stage: Stage,
) -> None:
    await stage.start(pairing=compose)
    loop = asyncio.get_running_loop()

    async def live(unreadable: set[Place], spoilt: dict[Place, type[Exception]], steps: Sequence[Step]) -> None:
        history = History(stage, unreadable, spoilt)
        for step in steps:
            await history.take(step)
        await history.end()

    @settings(max_examples=60, deadline=None)
    @given(st.sets(PLACES, max_size=2), st.dictionaries(PLACES, ERRORS, max_size=3), HISTORIES)
    def any_history(unreadable: set[Place], spoilt: dict[Place, type[Exception]], steps: Sequence[Step]) -> None:
        asyncio.run_coroutine_threadsafe(live(unreadable, spoilt, steps), loop).result()

    await asyncio.to_thread(any_history)
