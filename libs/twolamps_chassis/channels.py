"""How is a service reached? Over one gRPC channel per address, spread over all replicas that answer there.

Promises: a replica that is gone is left at once and found again when it is back; a call that no replica took is tried
again, up to three times. One that hangs takes its share of calls until it is ended: each costs its deadline.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from grpc.aio import Channel, insecure_channel

SPREAD = {
    "loadBalancingConfig": [{"round_robin": {}}],
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 3, "initialBackoff": "0.05s", "maxBackoff": "0.5s", "backoffMultiplier": 3,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ],
}  # fmt: skip
OPTIONS = [
    ("grpc.enable_http_proxy", 0),  # a proxy of the environment is for the world outside
    ("grpc.max_receive_message_length", 1 << 24),
    ("grpc.service_config", json.dumps(SPREAD)),
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),  # else a new replica is not seen for 30 s
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.keepalive_time_ms", 10_000),
    ("grpc.keepalive_timeout_ms", 5_000),
]


class Channels:
    """The ways to the services, by name: those of `peers`, and `own` for all that are not named there."""

    def __init__(self, peers: Mapping[str, str], own: str) -> None:
        self.peers, self.own = peers, own
        self.opened: dict[str, Channel] = {}

    def to(self, service: str) -> Channel:
        """The channel to a service; it is opened by the first who asks, in the running loop."""
        address = self.peers.get(service, self.own)
        if address not in self.opened:
            self.opened[address] = insecure_channel(address, options=OPTIONS)
        return self.opened[address]

    def every(self) -> Sequence[Channel]:
        """One channel for each address there is."""
        for service in self.peers:
            self.to(service)
        return list(self.opened.values()) if self.peers else [self.to("")]

    async def close(self) -> None:
        """Close all."""
        for channel in self.opened.values():
            await channel.close(None)


async def keep_asking(attempt: Callable[[], Coroutine[Any, Any, bool]], pauses_s: Sequence[float]) -> bool:
    """Try until one attempt succeeds: another one after each pause, while those before may still succeed. On a channel to
    several replicas each attempt goes to the next, so one that hangs costs a pause. False when all have failed."""
    now = asyncio.get_running_loop().time
    attempts: set[asyncio.Task[bool]] = set()
    try:
        for pause_s in pauses_s:
            attempts.add(asyncio.create_task(attempt()))
            next_at = now() + pause_s
            while attempts and now() < next_at:
                done, attempts = await asyncio.wait(
                    attempts, timeout=next_at - now(), return_when=asyncio.FIRST_COMPLETED
                )
                if any(task.result() for task in done):
                    return True
            await asyncio.sleep(max(0.0, next_at - now()))
        return False
    finally:
        for task in attempts:
            task.cancel()
