"""What becomes of the streams when clients are slow, come back all at once, or the server is told to stop?"""

import asyncio
import signal
import socket
import sys
import time
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import uvloop

from gateway.sse import HIGH, InboxStream, Stream, StreamingProtocol, encode_event
from twolamps_chassis.hub import Pace
from twolamps_testkit.change_log import MemoryLog
from twolamps_testkit.sse_house import STREAM, Client, House, opened, until
from twolamps_testkit.sse_house import house as sse_house

PAGE = 20
LONG = "x" * 4_000


def house(**options: Any) -> AbstractAsyncContextManager[House]:
    return sse_house(InboxStream, StreamingProtocol, encode_event, **options)


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
@pytest.mark.parametrize("history", [0, 2_000])
def test_a_slow_reader_is_bounded_in_memory_and_cut_while_others_get_everything(loop: Any, history: int) -> None:
    async def living() -> None:
        log = MemoryLog(page_size=PAGE)
        async with house(pace=Pace(keep_alive=timedelta(milliseconds=300)), log=log) as home:
            for _ in range(history):
                home.commit("ada", LONG)
            quick = await opened(home.port, "ada")
            stuck = stuck_socket(home.port, log.cursor(0))
            await until(lambda: home.hub.open_streams == 2)
            streams: list[Stream] = list(home.server.server_state.connections)  # type: ignore[arg-type]
            for n in range(2_000):
                home.commit("ada", f"{n} {LONG}")
                await quick.event()
                assert max(stream.transport.get_write_buffer_size() for stream in streams) < HIGH + (PAGE + 1) * 5_000
            assert [item.split()[0] for item in quick.items] == [str(n) for n in range(2_000)]
            await until(lambda: home.hub.open_streams == 1)
            stuck.close()
            last_id = log.cursor(history + 1_990)
            again = await opened(home.port, "ada", last_id)
            await again.until_item(f"1999 {LONG}")
            assert len(again.items) == 10

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(living())


def stuck_socket(port: int, cursor: str) -> socket.socket:
    """A client that asks for everything and reads nothing."""
    stuck = socket.socket()
    stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    stuck.connect(("127.0.0.1", port))
    stuck.sendall(STREAM % (b"ada", b"last-event-id: %b\r\n" % cursor.encode()))
    return stuck


def test_five_hundred_clients_that_return_at_once_miss_nothing_and_see_nothing_twice() -> None:
    people, rounds = 500, 3

    async def living() -> None:
        async with house(log=MemoryLog(seconds=0.005)) as home:
            clients = await asyncio.gather(*(opened(home.port, str(n)) for n in range(people)))
            committed = 0
            done = asyncio.Event()

            async def writing() -> None:
                nonlocal committed
                while not done.is_set() or committed % people:
                    home.commit(str(committed % people), str(committed // people), lose=committed % 7 == 0)
                    committed += 1
                    if committed % 25 == 0:
                        await asyncio.sleep(0.025)

            writer = asyncio.create_task(writing())
            for _ in range(rounds):
                await asyncio.gather(*(listen(client, 0.2) for client in clients))
                for client in clients:
                    await client.close()
                await until(lambda: home.hub.open_streams == 0)
                home.log.places_asked.clear()
                await asyncio.gather(*(resume(client) for client in clients))
                assert max(home.log.places_asked) > 5, "catch-ups that are due together are read together"
            done.set()
            await writer
            await home.hub.check_heads()
            last = str(committed // people - 1)
            await asyncio.gather(*(client.until_item(last) for client in clients))
            assert int(last) >= 1
            for client in clients:
                assert client.items == [str(n) for n in range(committed // people)]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(living())


async def listen(client: Client, seconds: float) -> None:
    """Takes what comes for a while."""
    until_at = time.monotonic() + seconds
    while (left := until_at - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left):
                await client.event()
        except TimeoutError:
            return


async def resume(client: Client) -> None:
    await client.open()
    assert (await client.event())[0] == "ready"


async def test_sigterm_drains_every_healthy_stream_and_ends_the_process_soon() -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, str(Path(__file__)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        port = int(await asyncio.wait_for(child.stdout.readline(), 20))
        clients = [await opened(port, str(n)) for n in range(200)]
        stuck = [stuck_socket(port, MemoryLog().cursor(0)) for _ in range(10)]
        for _ in stuck:
            await asyncio.wait_for(child.stdout.readline(), 20)  # the child says: one more is paused
        began = time.monotonic()
        child.send_signal(signal.SIGTERM)
        for client in clients:
            name, data = await client.event()
            assert (name, data.get("drain")) == ("drain", {"reason": "restart"})
            assert data["cursor"] == client.last_id
            assert await client.event() == ("", {})
        await asyncio.wait_for(child.wait(), 10)
        assert time.monotonic() - began < 3
        for reader in stuck:
            reader.close()
    finally:
        if child.returncode is None:
            child.kill()


async def serve() -> None:
    """The child: serves until SIGTERM; `ada` has a history too long for a socket that is not read."""
    async with house() as home:
        for _ in range(3_000):
            home.commit("ada", LONG)
        print(home.port, flush=True)
        said = 0
        while not home.server.should_exit:
            await asyncio.sleep(0.01)
            streams = [s for s in home.server.server_state.connections if isinstance(s, Stream)]
            slow = sum(stream.slow > 0 for stream in streams)
            while said < slow:
                said += 1
                print("paused", flush=True)


if __name__ == "__main__":
    uvloop.run(serve())
