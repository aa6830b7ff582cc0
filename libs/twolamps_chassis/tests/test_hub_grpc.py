"""Do the hub's streams live and end on a real gRPC server as they should, with real clients?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc

from twolamps.notifications.v1.notifications_pb2 import WatchRequest, WatchResponse
from twolamps.notifications.v1.notifications_pb2_grpc import (
    NotificationsServiceServicer,
    NotificationsServiceStub,
    add_NotificationsServiceServicer_to_server,
)
from twolamps_chassis.hub import Hub, Pace
from twolamps_chassis.log_cursor import decode_cursor
from twolamps_testkit.change_log import MemoryLog

ME = uuid4()
LONG = "x" * 4_000


class Inbox(NotificationsServiceServicer):
    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    async def Watch(self, request: WatchRequest, context: Any) -> AsyncIterator[WatchResponse]:
        expires_at = datetime.now(UTC) + timedelta(minutes=10)
        async for message in self.hub.watch(ME, uuid4(), decode_cursor(request.cursor), expires_at):
            yield WatchResponse.FromString(message)


@asynccontextmanager
async def serving(log: MemoryLog, pace: Pace | None = None) -> AsyncIterator[tuple[Hub, Any]]:
    hub = Hub(log.read, log.heads, bytes, pace=pace)
    task = asyncio.create_task(hub.run())
    server = grpc.aio.server()
    add_NotificationsServiceServicer_to_server(Inbox(hub), server)  # type: ignore[abstract]
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    small_windows = [("grpc.http2.bdp_probe", 0)]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", small_windows) as channel:
        yield hub, NotificationsServiceStub(channel)
    await server.stop(None)
    task.cancel()
    await asyncio.wait([task])


async def gone(hub: Hub) -> None:
    async with asyncio.timeout(10):
        while hub.open_streams:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_call_gets_changes_and_leaves_nothing_behind_when_it_is_cancelled() -> None:
    log = MemoryLog()
    async with serving(log) as (hub, inbox):
        calls = [inbox.Watch(WatchRequest()) for _ in range(20)]
        for call in calls:
            assert (await call.read()).WhichOneof("event") == "ready"
        hub.publish(log.append(ME, "1"))
        for call in calls:
            assert (await call.read()).change.item.id == "1"
            call.cancel()
        await gone(hub)


async def test_a_drained_call_ends_well_and_its_cursor_resumes() -> None:
    log = MemoryLog()
    async with serving(log) as (hub, inbox):
        call = inbox.Watch(WatchRequest())
        await call.read()
        hub.publish(log.append(ME, "1"))
        hub.drain()
        change, drain = await call.read(), await call.read()
        assert (change.change.item.id, drain.drain.reason) == ("1", "restart")
        assert drain.cursor == change.cursor
        assert await call.code() == grpc.StatusCode.OK
        await gone(hub)
    log.append(ME, "2")
    async with serving(log) as (_, inbox):
        call = inbox.Watch(WatchRequest(cursor=drain.cursor))
        assert [(await call.read()).change.item.id for _ in range(2)] == ["", "2"]
        call.cancel()


async def test_a_client_that_reads_nothing_is_cut_and_another_gets_everything() -> None:
    log = MemoryLog()
    async with serving(log, Pace(keep_alive=timedelta(milliseconds=200))) as (hub, inbox):
        stuck, quick = inbox.Watch(WatchRequest()), inbox.Watch(WatchRequest())
        await stuck.read()
        await quick.read()
        for n in range(1_500):
            hub.publish(log.append(ME, f"{n} {LONG}"))
            assert (await quick.read()).change.item.id.startswith(f"{n} ")
        async with asyncio.timeout(10):
            while hub.open_streams > 1:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        quick.cancel()
        stuck.cancel()
        await gone(hub)
