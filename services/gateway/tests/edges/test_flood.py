"""Does the flood limit hold over all gateways, with the same headers, and without Redis too? Can everybody leave?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from starlette.responses import PlainTextResponse

from gateway.auth import by_bearer
from gateway.flood import LEAVING, Flood
from gateway.main import build
from gateway.problems import Problem
from gateway.settings import EdgeSettings
from gateway.transcoder.contracts import public_methods
from gateway.web.sessions import WebSessions
from twolamps_chassis import limits_storage
from twolamps_chassis.auth import Signer, Verifier, make_keys
from twolamps_chassis.channels import Channels
from twolamps_chassis.limits_storage import LimitStorage
from twolamps_testkit.redis_process import RedisProcess
from twolamps_testkit.servers import Redis


@asynccontextmanager
async def gateways(url: str, prefix: str, address: str = "203.0.113.7") -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two gateways that one address calls, three times a minute at most."""
    storages = [LimitStorage(url, prefix) for _ in range(2)]
    floods = [Flood(lambda scope, *rest: PlainTextResponse("")(scope, *rest), "3/minute", one) for one in storages]
    transports = [httpx.ASGITransport(flood, client=(address, 1)) for flood in floods]
    try:
        yield [httpx.AsyncClient(transport=transport, base_url="http://gateway") for transport in transports]
    finally:
        for storage in storages:
            await storage.close()


async def test_request_n_is_served_and_n_plus_1_is_refused_wherever_it_comes(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits_storage, "PATIENCE_S", 10.0)  # the machine may be busy with other tests
    prefix = Redis.new_prefix()
    async with gateways(redis.url, prefix) as (one, two):
        for client in (one, two, one):
            response = await client.get("/")
            assert response.headers["ratelimit-policy"] == '"flood";q=3;w=60'
            assert "ratelimit" not in response.headers
        for client in (one, two):
            with pytest.raises(Problem) as refused:
                await client.get("/")
            assert refused.value.status == 429
            headers = refused.value.headers or {}
            assert headers["ratelimit"].startswith('"flood";r=0;t=')
            assert 1 <= int(headers["retry-after"]) <= 120
        async with gateways(redis.url, prefix, "203.0.113.8") as (other, _):
            assert (await other.get("/")).is_success


async def test_without_redis_each_gateway_counts_for_itself(redis_process: RedisProcess) -> None:
    async with gateways(redis_process.url, Redis.new_prefix()) as (one, _):
        await one.get("/")
        redis_process.stop()
        for _n in range(2):
            assert (await one.get("/")).is_success
        with pytest.raises(Problem):
            await one.get("/")


ENDINGS = [
    ("POST", "/v1/couple:end"),
    ("POST", "/v1/couple%3Aend"),
    ("DELETE", "/v1/sessions"),
    ("DELETE", "/v1/sessions/7"),
]


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keys(tmp_path / "keys", [])
    return tmp_path / "keys"


@pytest.fixture
async def home(keys: Path) -> AsyncIterator[httpx.AsyncClient]:
    """One address that two share; it has made all the requests it may."""
    authenticate = by_bearer(Verifier(keys / "public"))
    flood = Flood(lambda scope, *rest: PlainTextResponse("")(scope, *rest), "3/minute", None, authenticate)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(flood), base_url="http://gateway") as client:
        for _ in range(3):
            await client.get("/")
        assert await refuses(client, "GET", "/")
        yield client


def bearer(keys: Path, session: UUID | None = None) -> dict[str, str]:
    token, _ = Signer(keys / "private" / "token.json").access_token(uuid4(), session or uuid4())
    return {"authorization": f"Bearer {token}"}


async def refuses(client: httpx.AsyncClient, method: str, path: str, headers: dict[str, str] | None = None) -> bool:
    try:
        await client.request(method, path, headers=headers)
    except Problem as problem:
        return problem.status == 429
    return False


@pytest.mark.parametrize(("method", "path"), ENDINGS)
async def test_who_leaves_may_from_a_flooded_address_n_times_by_session_and_not_once_more(
    home: httpx.AsyncClient, keys: Path, method: str, path: str
) -> None:
    session = uuid4()
    answers = [await refuses(home, method, path, bearer(keys, session)) for _ in range(5)]
    assert answers == [False, False, False, True, True], "whatever tokens the session has"
    assert not await refuses(home, method, path, bearer(keys)), "another is not held up"


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/v1/sessions"), ("GET", "/v1/couple"), ("GET", "/v1/couple:end"), ("POST", "/v1/%ff")],
)
async def test_every_other_request_is_counted_by_address_whatever_its_token(
    home: httpx.AsyncClient, keys: Path, method: str, path: str
) -> None:
    assert await refuses(home, method, path, bearer(keys))


async def test_a_forged_token_leads_past_no_limit(home: httpx.AsyncClient, keys: Path, tmp_path: Path) -> None:
    make_keys(tmp_path / "forger", [])
    for headers in ({}, {"authorization": "Bearer x"}, {"authorization": "Basic x"}, bearer(tmp_path / "forger")):
        assert await refuses(home, "POST", "/v1/couple:end", headers)


def test_every_method_that_leaves_is_public() -> None:
    assert {method.descriptor.name for method in public_methods()} >= LEAVING


async def test_a_gateway_lets_who_leaves_past_a_flooded_address(keys: Path) -> None:
    settings, authenticate = EdgeSettings("127.0.0.1", 0, "1/minute"), by_bearer(Verifier(keys / "public"))
    channels = Channels({}, "127.0.0.1:1")
    sessions = WebSessions(channels.to("pairing"), lambda: "", settings, authenticate)
    app = build(channels, lambda: "", settings, None, sessions=sessions)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        assert (await client.get("/openapi.json")).status_code == 200
        assert (await client.get("/openapi.json")).status_code == 429
        reply = await client.delete("/v1/sessions", headers=bearer(keys))
        assert reply.status_code == 503, "it was let through to a service that is away"
