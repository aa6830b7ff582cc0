"""What is measured in F9, F10 and F11? A process that holds event streams and does what its parent says, line by line:
`twolamps` is the gateway's own endpoint, hub and protocol over a log in memory, `raw` a bare socket on the same loop.

Commands on stdin, each answered with one line of JSON that holds its CPU seconds, memory and open streams:
`look`; `others N` (rows of people who have no stream); `all COUNT PAUSE_S` (so many messages, each to every stream);
`each PEOPLE PER_S SECONDS` (changes of one person after another).
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import cast

import psutil
import uvloop

from gateway.sse import InboxStream, StreamingProtocol, encode_event
from twolamps_chassis.lifecycle import allow_many_streams
from twolamps_testkit.change_log import MemoryLog
from twolamps_testkit.sse_house import House, house, person

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\nevent: ready\n\n"
SHARED = "everybody"  # all streams of `all` are this person's, so that a message is encoded once, as at every peer


class RawStreams:
    """The floor: no HTTP, no hub, no log; a message is bytes for every socket."""

    def __init__(self) -> None:
        self.open: set[asyncio.Transport] = set()
        self.message = encode_event(MemoryLog().append(person(SHARED), "item-00000000").response)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[int]:
        """The port it listens on."""
        server = await asyncio.get_running_loop().create_server(lambda: RawStream(self), "127.0.0.1", 0, backlog=4096)
        yield server.sockets[0].getsockname()[1]
        server.close()

    def tell_all(self, number: int) -> None:
        for transport in self.open:
            transport.write(self.message)


class RawStream(asyncio.Protocol):
    """One socket."""

    __slots__ = ("streams", "transport")

    def __init__(self, streams: RawStreams) -> None:
        self.streams = streams

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        self.transport.write(HEAD)
        self.streams.open.add(self.transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.streams.open.discard(self.transport)


class OwnStreams:
    """The gateway's streams."""

    def __init__(self, served: House) -> None:
        self.house = served

    def tell_all(self, number: int) -> None:
        self.house.commit(SHARED, f"item-{number:08d}")

    async def tell_each(self, people: int, per_s: float, seconds: float) -> None:
        """A change of one person after another, at a pace of its own."""
        began = asyncio.get_running_loop().time()
        for n in range(int(per_s * seconds)):
            self.house.commit(f"p{n % people}", f"item-{n:08d}")
            await asyncio.sleep(max(0, began + n / per_s - asyncio.get_running_loop().time()))


async def main(kind: str) -> None:
    """Serve and obey until stdin ends."""
    me = psutil.Process()
    async with AsyncExitStack() as stack:
        raw, own = RawStreams(), None
        if kind == "raw":
            port = await stack.enter_async_context(raw.serve())
        else:
            served = await stack.enter_async_context(house(InboxStream, StreamingProtocol, encode_event))
            served.hub._presence.most = 1 << 30  # all of `everybody` come from here
            own, port = OwnStreams(served), served.port

        def look() -> str:
            times = me.cpu_times()
            count = served.hub.open_streams if own else len(raw.open)
            return json.dumps(
                {"cpu": times.user + times.system, "rss": me.memory_info().rss, "streams": count, "port": port}
            )

        print(look(), flush=True)
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while command := (await lines.readline()).split():
            numbers = [float(word) for word in command[1:]]
            if command[0] == b"others" and own:
                for n in range(int(numbers[0])):
                    own.house.log.append(person(f"other{n % 1_000}"), f"item-{n:08d}")
            elif command[0] == b"all":
                for n in range(int(numbers[0])):
                    (own or raw).tell_all(n)
                    await asyncio.sleep(numbers[1])
            elif command[0] == b"each" and own:
                await own.tell_each(int(numbers[0]), numbers[1], numbers[2])
            print(look(), flush=True)


if __name__ == "__main__":
    allow_many_streams()
    uvloop.run(main(sys.argv[1]))
