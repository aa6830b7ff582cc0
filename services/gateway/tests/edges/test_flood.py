"""Does the flood limit hold over all gateways, with the same headers, and without Redis too?"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.responses import PlainTextResponse

from gateway.flood import Flood
from gateway.problems import Problem
from twolamps_chassis import limits_storage
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
        for client, left in ((one, 2), (two, 1), (one, 0)):
            response = await client.get("/")
            assert response.headers["ratelimit-policy"] == '"flood";q=3;w=60'
            assert response.headers["ratelimit"].startswith(f'"flood";r={left};t=')
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
        for _n in range(3):
            assert (await one.get("/")).is_success
        with pytest.raises(Problem):
            await one.get("/")
