"""What if the network between two programs is slow, silent or gone? A proxy on a port of its own stands between them.

Promises: every byte passes in order until a fault is switched on. `delay_s` holds each piece back for that long; while
`silent`, connections are taken and kept, yet nothing passes any more (half open: neither end is told); `cut` resets every
connection; `refuse` closes the port, `accept` opens the same one again. What fell silent is cut by `heal`, because bytes
are missing in it.
"""

import asyncio
from contextlib import suppress
from typing import Self
from urllib.parse import parse_qs, urlsplit, urlunsplit

CHUNK = 65_536
Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class TcpProxy:
    """A proxy on 127.0.0.1 to a port there, or to a Unix socket's path. As a context it listens until left."""

    def __init__(self, target: int | str, port: int = 0) -> None:
        self.target, self.port = target, port
        self.delay_s, self.silent = 0.0, False
        self.connections: dict[asyncio.Task[None], list[asyncio.StreamWriter]] = {}
        self.server: asyncio.Server | None = None

    @classmethod
    def to_postgres(cls, dsn: str) -> tuple[Self, str]:
        """A proxy to the server of a URL, and the query-less rest of that URL with a place for the port, `{port}`."""
        parts = urlsplit(dsn)
        folder = parse_qs(parts.query).get("host")
        proxy = cls(f"{folder[0]}/.s.PGSQL.5432" if folder else parts.port or 5432)
        login = parts.netloc.rpartition("@")[0]
        return proxy, urlunsplit(parts._replace(netloc=f"{login}@127.0.0.1:{{port}}", query=""))

    async def __aenter__(self) -> Self:
        await self.accept()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.refuse()
        await self.cut()

    async def accept(self) -> None:
        """Listen, always on the same port."""
        self.server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self.server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Take no connection any more; those there are stay."""
        if self.server is not None:
            self.server.close()
            self.server = None

    async def cut(self) -> None:
        """Reset every connection, at both ends."""
        ending = list(self.connections)
        for task in ending:
            for writer in self.connections[task]:
                writer.transport.abort()
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def heal(self) -> None:
        """No fault any more."""
        self.delay_s = 0.0
        if self.silent:
            self.silent = False
            await self.cut()
        if self.server is None:
            await self.accept()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections[task] = [writer]
        try:
            there = await self._connect()
            self.connections[task].append(there[1])
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass_on(reader, there[1]))
                both.create_task(self._pass_on(there[0], writer))
        except (OSError, asyncio.CancelledError):
            pass  # cut, or nobody there
        finally:
            for end in self.connections.pop(task):
                end.transport.abort()

    async def _connect(self) -> Ends:
        if isinstance(self.target, str):
            return await asyncio.open_unix_connection(self.target)
        return await asyncio.open_connection("127.0.0.1", self.target)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(CHUNK):
                if self.delay_s:
                    await asyncio.sleep(self.delay_s)
                if not self.silent:
                    writer.write(data)
                    await writer.drain()
        if not self.silent:
            writer.close()
