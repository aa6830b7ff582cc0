"""Is every event told once, through cuts, drains and restarts, over SSE and over gRPC alike?"""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps.notifications.v1.notifications_pb2 import OP_ADDED, WatchResponse
from twolamps_client import Change, FileCursor, InvalidRequest, Ready, Reload, Twolamps, Unauthenticated, Watch
from twolamps_client.tests.scripted_platform import Platform, eventually, problem

Transport = Literal["sse", "grpc"]
BOTH: list[Transport] = ["sse", "grpc"]
both = pytest.mark.parametrize("transport", BOTH)


def changes(count: int) -> list[WatchResponse]:
    """Cursors c1, c2, ..."""
    return [
        WatchResponse(cursor=f"c{seq}", change=pb.Change(op=OP_ADDED, item=pb.Item(id=f"item-{seq}")))
        for seq in range(1, count + 1)
    ]


async def heard(watch: Watch, until: str) -> list[str]:
    """Item ids up to and with this cursor."""
    ids = []
    async with asyncio.timeout(10):
        async for event in watch:
            if isinstance(event, Change):
                ids.append(event.item.id)
            if event.cursor == until:
                return ids
    raise AssertionError


@both
async def test_a_stream_that_is_cut_goes_on_without_hole_or_repeat(
    platform: Platform, client: Twolamps, transport: Transport
) -> None:
    platform.log, platform.cuts = changes(9), [3, 0, 1, 4]
    assert await heard(client.watch(transport=transport), "c9") == [f"item-{seq}" for seq in range(1, 10)]
    assert platform.resumed_from == ["", "c2", "c2", "c2", "c5"]


@both
async def test_a_stream_says_whether_it_is_heard(
    platform: Platform, client: Twolamps, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.log, platform.cuts = changes(2), [2]
    watch = client.watch(transport=transport)
    said = [watch.connected]

    async def pausing(wait: timedelta) -> None:
        said.append(watch.connected)

    monkeypatch.setattr("twolamps_client.watch.pause", pausing)
    async with watch as events:
        for _ in range(3):  # the second answer is cut before its end, so the third event comes over another stream
            said.append(isinstance(await anext(events), Ready | Change) and watch.connected)
    assert [*said, watch.connected] == [False, True, True, False, True, False]


@both
async def test_events_are_typed_and_carry_their_cursor(
    platform: Platform, client: Twolamps, transport: Transport
) -> None:
    platform.log = [
        *changes(1),
        WatchResponse(cursor="c2"),
        WatchResponse(cursor="c3", reload=pb.Reload(reason="history_gone")),
    ]
    async with client.watch(transport=transport) as events:
        ready, change, reload = [await anext(events) for _ in range(3)]
    assert ready == Ready("c0")
    assert isinstance(change, Change)
    assert (change.cursor, change.op, change.item.id) == ("c1", OP_ADDED, "item-1")
    assert reload == Reload("c3", "history_gone")


@both
async def test_a_drain_for_the_token_renews_it_and_goes_on(
    platform: Platform, client: Twolamps, transport: Transport
) -> None:
    first, second = changes(2)
    platform.log = [first, WatchResponse(cursor="c1b", drain=pb.Drain(reason="reauthenticate")), second]
    assert await heard(client.watch(transport=transport), "c2") == ["item-1", "item-2"]
    assert (platform.refreshes, platform.resumed_from) == (["refresh-1"], ["", "c1b"])


@both
async def test_a_drain_for_a_restart_goes_on_with_the_same_token(
    platform: Platform, client: Twolamps, transport: Transport
) -> None:
    first, second = changes(2)
    platform.log = [first, WatchResponse(cursor="c1", drain=pb.Drain(reason="restart")), second]
    platform.log[0].cursor = "c0b"
    assert await heard(client.watch(transport=transport), "c2") == ["item-1", "item-2"]
    assert platform.refreshes == []


@both
async def test_a_refused_token_is_renewed_once_and_then_it_is_over(
    platform: Platform, client: Twolamps, transport: Transport
) -> None:
    platform.good_token, platform.log = "another", changes(1)
    assert await heard(client.watch(transport=transport), "c1") == ["item-1"]
    platform.good_token, platform.refresh_answers = "another", [problem(401, "session_ended")]
    with pytest.raises(Unauthenticated, match="session_ended"):
        await anext(client.watch(transport=transport))


@both
async def test_a_token_that_another_call_renewed_may_be_refused_too(
    platform: Platform, client: Twolamps, transport: Transport
) -> None:
    first, second = changes(2)
    platform.log = [first, WatchResponse(cursor="c1b", drain=pb.Drain(reason="reauthenticate")), second]
    watch = client.watch(transport=transport)
    assert await heard(watch, "c1") == ["item-1"]
    await client.session.renew(platform.good_token)
    platform.good_token = "another"  # time went by for the platform
    assert await heard(watch, "c2") == ["item-2"]
    assert platform.refreshes == ["refresh-1", "refresh-2"]


@both
async def test_a_new_process_sees_again_only_what_was_not_handled(
    platform: Platform, client: Twolamps, transport: Transport, tmp_path: Path
) -> None:
    platform.log, store = changes(5), FileCursor(tmp_path / "cursor")

    async def handle_until(bad: str) -> list[str]:
        seen = []
        async with client.watch(transport=transport, cursor_store=store) as events:
            async for event in events:
                if isinstance(event, Change):
                    seen.append(event.item.id)
                    if event.item.id == bad:
                        raise RuntimeError
                    if event.item.id == "item-5":
                        break
        return seen

    with pytest.raises(RuntimeError):
        await handle_until(bad="item-3")
    assert store.load() == "c2"
    assert await handle_until(bad="none") == ["item-3", "item-4", "item-5"]
    assert store.load() == "c5"


@both
async def test_a_stream_that_is_left_is_closed_in_the_server(
    platform: Platform, client: Twolamps, transport: Transport
) -> None:
    async with client.watch(transport=transport) as events:
        await anext(events)
        assert platform.open_streams == 1
    await eventually(lambda: platform.open_streams == 0)


@both
async def test_a_wait_that_is_cancelled_can_be_asked_again(
    platform: Platform, client: Twolamps, transport: Transport
) -> None:
    async with client.watch(transport=transport) as events:
        assert await anext(events) == Ready("c0")
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(events)
        platform.log = changes(1)
        assert await heard(events, "c1") == ["item-1"]


@both
async def test_after_a_reload_it_goes_on_from_the_cursor_of_the_inbox(
    platform: Platform, client: Twolamps, transport: Transport
) -> None:
    platform.log = [WatchResponse(cursor="c1", reload=pb.Reload(reason="other_log")), *changes(4)[1:]]
    async with client.watch(transport=transport) as events:
        async for event in events:
            if isinstance(event, Reload):
                await events.go_on_from("c3")
                break
        assert await heard(events, "c4") == ["item-4"]
    assert platform.resumed_from == ["", "c3"]


async def test_a_refusal_that_waiting_cannot_mend_ends_the_watch(platform: Platform, client: Twolamps) -> None:
    platform.stream_answers = [problem(503, "busy"), problem(429, "too_many_streams"), problem(500, "internal")]
    platform.stream_answers.append(problem(422, "cursor_malformed"))
    with pytest.raises(InvalidRequest, match="cursor_malformed"):
        await anext(client.watch(cursor="?"))
    assert platform.stream_answers == []


async def test_watching_over_grpc_needs_its_address(platform: Platform) -> None:
    async with Twolamps(platform.url) as client:
        await client.sign_in("ada@example.org", "a long password")
        with pytest.raises(ValueError, match="address"):
            client.watch(transport="grpc")
