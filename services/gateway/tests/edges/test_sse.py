"""Does a real server stream the inbox to real sockets as promised, and is uvicorn still what the hand-over leans on?"""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Any

import pytest
import uvloop
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from gateway.sse import InboxStream, Stream, StreamingProtocol, encode_event
from twolamps_chassis.hub import Pace
from twolamps_testkit.sse_house import STREAM, Client, House, answer, opened, person, until
from twolamps_testkit.sse_house import house as sse_house

pytestmark = pytest.mark.filterwarnings("ignore:Overriding the .event_loop_policy. fixture")


def house(**options: Any) -> AbstractAsyncContextManager[House]:
    return sse_house(InboxStream, StreamingProtocol, encode_event, **options)


@pytest.fixture(params=["asyncio", "uvloop"])
def event_loop_policy(request: pytest.FixtureRequest) -> asyncio.AbstractEventLoopPolicy:
    return uvloop.EventLoopPolicy() if request.param == "uvloop" else asyncio.DefaultEventLoopPolicy()


async def test_the_hand_over_writes_the_same_bytes_for_http_1_0_and_1_1() -> None:
    async with house() as home:
        bodies = []
        for version in (b"1.0", b"1.1"):
            client = Client(home.port, "ada")
            head = await client.open(request=STREAM.replace(b"HTTP/1.1", b"HTTP/" + version))
            assert b"content-type: text/event-stream\r\n" in head
            assert head.lower().count(b"connection: close\r\n") == 1
            assert b"transfer-encoding" not in head
            assert b"content-length" not in head
            retry = await client.reader.readuntil(b"\n\n")
            assert 500 <= int(retry.removeprefix(b"retry: ")) <= 3_000
            bodies.append(await client.reader.readuntil(b"\n\n"))
        data = b'{"cursor":"%b","ready":{}}' % home.log.cursor(0).encode()
        assert bodies == [b"event: ready\nid: %b\ndata: %b\n\n" % (home.log.cursor(0).encode(), data)] * 2


async def test_head_says_what_get_would_and_opens_nothing() -> None:
    async with house() as home:
        client = Client(home.port, "ada")
        head = await client.open(request=STREAM.replace(b"GET", b"HEAD"))
        assert b"content-type: text/event-stream\r\n" in head
        assert await client.reader.read() == b""
        assert home.hub.open_streams == 0


@pytest.mark.parametrize(
    ("name", "extra", "said"),
    [
        (b"", b"", (401, "unauthenticated", "")),
        (b"ada", b"last-event-id: nonsense\r\n", (422, "malformed_cursor", "cursor")),
    ],
)
async def test_a_refusal_comes_before_the_stream(name: bytes, extra: bytes, said: tuple[int, str, str]) -> None:
    async with house() as home:
        client = Client(home.port, name.decode())
        head = await client.open(extra)
        assert await answer(client, head) == said
        assert home.hub.open_streams == 0


async def test_the_twenty_first_stream_is_refused_even_when_all_open_at_once() -> None:
    async with house() as home:
        clients = [Client(home.port, "ada") for _ in range(25)]
        heads = await asyncio.gather(*(client.open() for client in clients))
        assert sorted(int(head.split()[1]) for head in heads) == [200] * 20 + [429] * 5
        assert home.hub.open_streams == 20


async def test_last_event_id_outranks_the_cursor_of_the_url() -> None:
    async with house() as home:
        for n in range(1, 5):
            home.commit("ada", str(n))
        request = STREAM.replace(b"/stream", b"/stream?cursor=" + home.log.cursor(1).encode())
        by_url, by_header = Client(home.port, "ada"), Client(home.port, "ada", home.log.cursor(3))
        for client, items in ((by_url, ["2", "3", "4"]), (by_header, ["4"])):
            await client.open(request=request)
            await client.until_item("4")
            assert client.items == items


async def test_a_request_behind_a_stream_is_never_run() -> None:
    async with house() as home:
        behind = b"GET /other HTTP/1.1\r\nhost: test\r\n\r\n"
        pipelined = Client(home.port, "ada")
        head = await pipelined.open(request=STREAM + behind)
        assert b"connection: close\r\n" in head
        assert await answer(pipelined, head) == (400, "request_behind_stream", "")
        assert await pipelined.reader.read() == b""
        late = await opened(home.port, "ada")
        late.writer.write(behind)
        assert await late.event() == ("", {})
        assert home.served == []
        await until(lambda: home.hub.open_streams == 0)


async def test_the_connection_serves_other_requests_before_it_becomes_a_stream() -> None:
    async with house() as home:
        client = Client(home.port, "ada")
        await client.open(request=b"GET /other HTTP/1.1\r\nhost: test\r\nx: %b%b\r\n\r\n")
        assert await client.reader.readexactly(5) == b"other"
        client.writer.write(STREAM % (b"ada", b""))
        await client.reader.readuntil(b"\r\n\r\n")
        assert (await client.event())[0] == "ready"


async def test_a_client_that_leaves_before_its_head_is_sent_leaves_nothing_behind() -> None:
    async with house() as home:
        for _ in range(20):
            _, writer = await asyncio.open_connection("127.0.0.1", home.port)
            writer.write(STREAM % (b"ada", b""))
            await asyncio.sleep(0)
            writer.transport.abort()
        await opened(home.port, "bob")
        await until(lambda: home.hub.open_streams == len(home.server.server_state.connections) == 1)


async def test_no_task_and_nothing_else_stays_after_a_hundred_streams() -> None:
    async with house() as home:
        before = len(asyncio.all_tasks())
        clients = await asyncio.gather(*(opened(home.port, str(n)) for n in range(100)))
        assert home.hub.open_streams == len(home.server.server_state.connections) == 100
        assert all(type(connection) is Stream for connection in home.server.server_state.connections)
        await until(lambda: len(asyncio.all_tasks()) == before)
        for client in clients:
            await client.close()
        await until(lambda: home.hub.open_streams == len(home.server.server_state.connections) == 0)
        assert home.server.server_state.tasks == set()


async def test_plain_middleware_is_borne_and_one_that_holds_the_head_back_is_an_error_not_garbage() -> None:
    async def pass_on(request: Request, call_next: Any) -> Response:
        response: Response = await call_next(request)
        return response

    async with house(middleware=[Middleware(CORSMiddleware, allow_origins=["*"])]) as home:
        await opened(home.port, "ada")
    async with house(middleware=[Middleware(BaseHTTPMiddleware, dispatch=pass_on)]) as home:
        client = Client(home.port, "ada")
        await client.open()
        assert await client.reader.read() in (b"", b"Internal Server Error")
        assert home.hub.open_streams == 0


async def test_a_quiet_stream_is_kept_alive_by_comments() -> None:
    async with house(pace=Pace(keep_alive=timedelta(milliseconds=50))) as home:
        client = await opened(home.port, "ada")
        assert await client.reader.readexactly(6) == b":\n\n:\n\n"


async def test_a_stream_ends_with_its_token() -> None:
    async with house(pace=Pace(expiry=timedelta(milliseconds=50))) as home:
        client = await opened(home.port, "ada:0.3")
        name, data = await client.event()
        assert (name, data["drain"]) == ("drain", {"reason": "reauthenticate"})
        assert await client.event() == ("", {})


async def test_a_session_that_ends_closes_its_stream_and_a_lost_hint_heals() -> None:
    soon = timedelta(milliseconds=50)
    async with house(pace=Pace(heads=soon, heads_without_hints=soon)) as home:
        ada, bob = await opened(home.port, "ada"), await opened(home.port, "bob")
        home.commit("bob", "lost", lose=True)
        await bob.until_item("lost")
        home.log.ended_sessions.add(person("ada"))
        assert (await ada.event())[1]["drain"] == {"reason": "reauthenticate"}
        assert await ada.event() == ("", {})
