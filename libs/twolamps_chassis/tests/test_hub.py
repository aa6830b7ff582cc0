"""Does the hub keep each promise of its docstring, by itself and in time?"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from twolamps.notifications.v1.notifications_pb2 import WatchResponse
from twolamps_chassis.hub import Hub, Pace
from twolamps_chassis.hub_log import Hint, Page
from twolamps_chassis.hub_streams import MOST_WAITING, PATIENCE, Watcher
from twolamps_chassis.log_cursor import FROM_NOW, LogPlace, decode_cursor
from twolamps_chassis.presence import TooManyStreams
from twolamps_testkit.change_log import MemoryLog

NEVER, SOON = timedelta(hours=1), timedelta(milliseconds=20)
CALM = Pace(keep_alive=NEVER, heads=NEVER, heads_without_hints=NEVER, expiry=NEVER, retry=timedelta())
ME, SESSION = uuid4(), uuid4()


def later() -> datetime:
    return datetime.now(UTC) + timedelta(minutes=10)


@asynccontextmanager
async def serving(log: MemoryLog, pace: Pace = CALM, **options: Any) -> AsyncIterator[Hub]:
    hub = Hub(options.pop("read", log.read), log.heads, bytes, pace=pace, **options)
    task = asyncio.create_task(hub.run())
    try:
        yield hub
    finally:
        task.cancel()
        await asyncio.wait([task])


def watch(hub: Hub, place: LogPlace = FROM_NOW, session: UUID = SESSION) -> AsyncGenerator[bytes, None]:
    return hub.watch(ME, session, place, later())


async def take(stream: AsyncGenerator[bytes, None], count: int = 1) -> list[tuple[str, int]]:
    """The next events of a stream: name and place."""
    return [event(await asyncio.wait_for(anext(stream), 5)) for _ in range(count)]


def event(message: bytes) -> tuple[str, int]:
    response = WatchResponse.FromString(message)
    name = response.WhichOneof("event") or ""
    reason = getattr(getattr(response, name), "reason", "")
    return f"{name} {reason}".strip(), decode_cursor(response.cursor).seq if response.cursor else -1


async def until(fact: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not fact():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_ready_is_the_first_event_and_names_the_place() -> None:
    log = MemoryLog()
    for _ in range(3):
        log.append(ME)
    async with serving(log) as hub, aclosing(watch(hub)) as new, aclosing(watch(hub, LogPlace("log1", 1))) as resumed:
        assert await take(new) == [("ready", 3)]
        assert await take(resumed, 3) == [("ready", 1), ("change", 2), ("change", 3)]
        hub.publish(log.append(ME))
        assert await take(new) == await take(resumed) == [("change", 4)]


async def test_a_long_history_is_read_to_its_end_without_hints_or_heads() -> None:
    log = MemoryLog(page_size=7)
    for _ in range(100):
        log.append(ME)
    async with serving(log) as hub, aclosing(watch(hub, LogPlace("log1", 0))) as stream:
        assert await take(stream, 101) == [("ready", 0), *(("change", n) for n in range(1, 101))]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_what_is_heard_while_the_log_is_read_is_not_missed(order: tuple[int, int]) -> None:
    log, answer = MemoryLog(), asyncio.Event()

    async def read(places: list[tuple[UUID, int]]) -> list[Page]:
        pages = await log.read(places)
        await answer.wait()
        return pages

    async with serving(log, read=read) as hub, aclosing(watch(hub, LogPlace("log1", 0))) as stream:
        first = asyncio.create_task(take(stream))
        await until(lambda: bool(log.places_asked))
        hints = [log.append(ME), log.append(ME)]
        for n in order:
            hub.publish(hints[n])
        answer.set()
        assert await first == [("ready", 0)]
        assert await take(stream, 2) == [("change", 1), ("change", 2)]


async def test_a_hint_of_what_the_log_does_not_have_is_not_read_for_again_and_again() -> None:
    log = MemoryLog()
    async with serving(log) as hub, aclosing(watch(hub)) as stream:
        await take(stream)
        hub.publish(Hint(ME, "log1", 8, 9, b""))
        await until(lambda: len(log.places_asked) >= 2)
        await asyncio.sleep(0.05)
        assert len(log.places_asked) <= 3
        hub.publish(log.append(ME))
        assert await take(stream) == [("change", 1)]


@pytest.mark.parametrize(
    ("place", "kept", "said"),
    [
        (LogPlace("log1", 9), 0, "reload history_gone"),
        (LogPlace("log0", 1), 0, "reload other_log"),
        (LogPlace("log1", 1), 2, "reload history_gone"),
    ],
)
async def test_history_that_is_gone_is_one_honest_reload(place: LogPlace, kept: int, said: str) -> None:
    log = MemoryLog()
    for _ in range(3):
        log.append(ME)
    log.kept[ME] = kept
    async with serving(log) as hub, aclosing(watch(hub, place)) as stream:
        assert await take(stream, 2) == [("ready", place.seq), (said, 3)]
        hub.publish(log.append(ME))
        assert await take(stream) == [("change", 4)]


async def test_heads_heal_a_lost_hint_and_notice_a_restored_log() -> None:
    log = MemoryLog()
    pace = Pace(heads=SOON, heads_without_hints=SOON)
    async with serving(log, pace) as hub, aclosing(watch(hub)) as stream:
        await take(stream)
        log.append(ME)
        assert await take(stream) == [("change", 1)]
        log.restore("log2", 0)
        assert await take(stream) == [("reload other_log", 0)]


async def test_while_no_hints_come_in_heads_are_asked_faster() -> None:
    log = MemoryLog()
    async with serving(log, Pace(heads=NEVER, heads_without_hints=SOON)) as hub, aclosing(watch(hub)) as stream:
        await take(stream)
        log.append(ME)
        hub.hints_healthy = False
        assert await take(stream) == [("change", 1)]


async def test_a_session_that_ended_ends_its_streams_and_no_others() -> None:
    log, other = MemoryLog(), uuid4()
    pace = Pace(heads=SOON, heads_without_hints=SOON)
    async with serving(log, pace) as hub, aclosing(watch(hub)) as mine, aclosing(watch(hub, session=other)) as others:
        await take(mine)
        await take(others)
        log.ended_sessions.add(SESSION)
        assert await take(mine) == [("drain reauthenticate", 0)]
        assert [message async for message in mine] == []
        hub.publish(log.append(ME))
        assert await take(others) == [("change", 1)]


async def test_a_stream_of_an_ended_session_never_becomes_ready() -> None:
    log = MemoryLog()
    log.append(ME)
    log.ended_sessions.add(SESSION)
    async with serving(log) as hub, aclosing(watch(hub, LogPlace("log1", 0))) as stream:
        assert await take(stream) == [("drain reauthenticate", 0)]
        assert log.places_asked == []


async def test_a_stream_ends_with_its_token() -> None:
    log = MemoryLog()
    async with serving(log, Pace(expiry=SOON)) as hub:
        soon = datetime.now(UTC) + timedelta(milliseconds=200)
        events = [event(message) async for message in hub.watch(ME, SESSION, FROM_NOW, soon)]
        assert events == [("ready", 0), ("drain reauthenticate", 0)]
        assert datetime.now(UTC) >= soon
        assert hub.open_streams == 0


async def test_shutdown_drains_every_stream_and_those_that_still_come() -> None:
    async with serving(MemoryLog()) as hub, aclosing(watch(hub)) as stream:
        await take(stream)
        hub.drain()
        assert [event(message) async for message in stream] == [("drain restart", 0)]
        assert [event(message) async for message in watch(hub)] == [("drain restart", -1)]


async def test_the_twenty_first_stream_of_a_person_is_refused_until_one_leaves() -> None:
    async with serving(MemoryLog()) as hub:
        streams = [watch(hub) for _ in range(20)]
        for stream in streams:
            await take(stream)
        with pytest.raises(TooManyStreams):
            await take(watch(hub))
        await take(hub.watch(uuid4(), SESSION, FROM_NOW, later()))
        await streams[0].aclose()
        await take(watch(hub))


async def test_a_slow_caller_holds_little_falls_behind_and_loses_nothing() -> None:
    log = MemoryLog()
    async with serving(log) as hub, aclosing(watch(hub)) as slow, aclosing(watch(hub)) as quick:
        await take(slow)
        await take(quick)
        for n in range(1, 5 * MOST_WAITING + 1):
            hub.publish(log.append(ME))
            assert await take(quick) == [("change", n)]
        assert log.places_asked == [1, 1]  # at their opening; nobody has read since
        assert await take(slow, 5 * MOST_WAITING) == [("change", n) for n in range(1, 5 * MOST_WAITING + 1)]
        assert len(log.places_asked) > 2


async def test_a_reader_that_was_slow_while_its_page_was_on_its_way_gets_no_false_reload() -> None:
    log, answers = MemoryLog(), asyncio.Semaphore(0)

    async def read(places: list[tuple[UUID, int]]) -> list[Page]:
        pages = await log.read(places)
        await answers.acquire()
        return pages

    async with serving(log, read=read) as hub:
        watcher = Watcher(hub, ME, SESSION, LogPlace("log1", 0), later())
        hub.join(watcher)
        await until(lambda: len(log.places_asked) == 1)
        watcher.pause()
        watcher.resume()
        answers.release()
        await until(lambda: watcher.live)
        await asyncio.sleep(0)
        hub.publish(log.append(ME))
        answers.release()
        await asyncio.sleep(0.01)
        hub.publish(log.append(ME))
        hub.drain()
        events = [event(message) async for message in aiter_of(watcher)]
        assert events == [("ready", 0), ("change", 1), ("change", 2), ("drain restart", 2)]


@pytest.mark.parametrize("wakes", [True, False])
async def test_a_caller_that_takes_nothing_is_drained_as_slow_and_then_cancelled(wakes: bool) -> None:
    log, goes_on = MemoryLog(), asyncio.Event()
    made: asyncio.Future[Watcher] = asyncio.get_running_loop().create_future()

    async def call(hub: Hub) -> list[tuple[str, int]]:
        watcher = Watcher(hub, ME, SESSION, FROM_NOW, later())
        hub.join(watcher)
        await watcher.next()
        made.set_result(watcher)
        await goes_on.wait()
        return [event(message) async for message in aiter_of(watcher)]

    async with serving(log) as hub:
        task = asyncio.create_task(call(hub))
        watcher = await made
        for _ in range(MOST_WAITING):
            hub.publish(log.append(ME))
        for _ in range(PATIENCE):
            assert not watcher.ended
            watcher.tick()
        if wakes:
            goes_on.set()
            changes = [("change", n) for n in range(1, MOST_WAITING + 1)]
            assert await task == [*changes, ("drain slow", MOST_WAITING)]
        else:
            watcher.tick()
            await asyncio.wait([task])
            assert task.cancelled()


async def aiter_of(watcher: Watcher) -> AsyncIterator[bytes]:
    while (message := await watcher.next()) is not None:
        yield message


async def test_catch_ups_due_together_are_one_reading_and_a_failed_one_is_tried_again_for_fewer() -> None:
    log, fails = MemoryLog(), [False, False, False, False, True, True]

    async def read(places: list[tuple[UUID, int]]) -> list[Page]:
        if fails.pop():
            raise ConnectionError
        return await log.read(places)

    async with serving(log, read=read) as hub:
        streams = [hub.watch(uuid4(), uuid4(), FROM_NOW, later()) for _ in range(1_200)]
        assert await asyncio.gather(*(take(stream) for stream in streams)) == [[("ready", 0)]] * 1_200
        assert log.places_asked == [125, 500, 500, 75]
        for stream in streams:
            await stream.aclose()
        assert hub.open_streams == 0
