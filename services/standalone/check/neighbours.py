"""Who else has to answer? Redis with its channels, and every peer over gRPC."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping

from grpc.aio import AioRpcError
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from standalone.check.findings import Finding, shown
from twolamps_chassis.channels import Channels

TIMEOUT_S = 3
OLDEST_REDIS = 7
AWAY = "see that Redis runs there, and that TWOLAMPS_REDIS names it"


async def look_at_redis(url: str, prefix: str) -> AsyncIterator[Finding]:
    """What is found in Redis: it answers, is new enough, and what is published arrives."""
    from twolamps_chassis.redis_client import FAULTS, open_redis

    place, client = shown(url), open_redis(url)
    try:
        async with asyncio.timeout(TIMEOUT_S):
            version = str((await client.info("server"))["redis_version"])
        if int(version.split(".")[0]) < OLDEST_REDIS:
            yield Finding(f"Redis {version} at {place} is old", f"upgrade it to {OLDEST_REDIS} or later")
        channel = f"{prefix}.check.{secrets.token_hex(4)}"
        async with client.pubsub() as listener, asyncio.timeout(TIMEOUT_S):
            await listener.subscribe(channel)
            await client.publish(channel, "1")
            async for message in listener.listen():
                if message["type"] == "message":
                    break
        async with asyncio.timeout(TIMEOUT_S):
            await client.set(channel, "1", px=1_000)
        yield Finding(f"Redis {version} at {place} answers, takes writes and passes messages on")
    except FAULTS as error:
        denied = type(error).__name__ in ("AuthenticationError", "NoPermissionError")
        yield Finding(
            f"Redis at {place} {'refuses the login' if denied else 'cannot be used'} ({type(error).__name__})",
            "give TWOLAMPS_REDIS a login that may publish and subscribe" if denied else AWAY,
        )
    finally:
        await client.aclose()


async def look_at_peers(peers: Mapping[str, str]) -> AsyncIterator[Finding]:
    """What every peer says of its health."""
    channels = Channels(peers, "")
    try:
        for peer, address in sorted(peers.items()):
            step = f"see that {peer} runs (twolamps status), and that TWOLAMPS_PEERS names its gRPC port"
            try:
                health = await HealthStub(channels.to(peer)).Check(HealthCheckRequest(), timeout=TIMEOUT_S)
                if health.status == HealthCheckResponse.SERVING:
                    yield Finding(f"{peer} answers at {address}")
                else:
                    yield Finding(f"{peer} at {address} is not serving", step)
            except AioRpcError as error:
                yield Finding(f"{peer} does not answer at {address} ({error.code().name})", step)
    finally:
        await channels.close()
