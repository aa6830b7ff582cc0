"""How do roles become a process? A node opens databases, serves gRPC, and runs each role's relay, consumers and due rows.

Promises: the roles are the same code wherever they run, all in one process or each in its own; what differs (how events
travel, where hints and the other services are) is chosen by the settings alone.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from twolamps.internal.v1 import internal_pb2_grpc
from twolamps_chassis.auth import Signer, Verifier
from twolamps_chassis.channels import Channels
from twolamps_chassis.consumers import Consumer, Handler
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Database
from twolamps_chassis.due_rows import Due, DueLoop
from twolamps_chassis.edge import AskCouple, Service
from twolamps_chassis.errors import Statuses
from twolamps_chassis.fences import FenceApi, Fenced, PairingNeighbour
from twolamps_chassis.grpc_server import Edge, make_server
from twolamps_chassis.hub_log import Hint
from twolamps_chassis.keyring import Keyring
from twolamps_chassis.lifecycle import Lifecycle
from twolamps_chassis.limits import Limiter
from twolamps_chassis.live import Live
from twolamps_chassis.mail import Mailbox
from twolamps_chassis.ports import hold_port
from twolamps_chassis.relay import Relay
from twolamps_chassis.settings import Settings
from twolamps_chassis.tracing import span
from twolamps_chassis.transport import InProcess, OverKafka, Transport
from twolamps_events.base import Event

Loop = Callable[[], Awaitable[None]]
PASS_WITHIN_S = 2.0


@dataclass
class Surroundings:
    """What a node gives a role: its database, its keys, how to reach the others."""

    name: str
    settings: Settings
    database: Database
    keys: Path
    mailbox: Mailbox
    channels: Channels
    live: Live

    def service(self, statuses: Statuses, ask_couple: AskCouple | None = None) -> Service:
        """What the role's API stands on."""
        return Service(self.database, statuses, ask_couple, Limiter(self.live.counts))

    @cached_property
    def service_token(self) -> Callable[[], str]:
        """Gives a valid token of this role's service identity."""
        return Signer(self.keys / "private" / f"{self.name}.json").as_service(self.name)

    @property
    def pairing(self) -> PairingNeighbour:
        """Pairing, for asking who is with whom."""
        return PairingNeighbour(self.channels.to("pairing"), self.service_token)

    def hint(self, hints: Sequence[Hint]) -> None:
        """Tell open streams, wherever they are, what has committed."""
        with span("stream.write", service=self.name, count=len(hints)):
            self.live.hints.publish(hints)


@dataclass
class Role:
    """A service as its main.py composes it. `consumers`: handlers by event class, for each source."""

    couples: Couples
    servicers: Sequence[tuple[Callable[[Any, Any], None], object]]
    statuses: Mapping[str, Statuses]
    consumers: Mapping[str, Mapping[type[Event], Handler]] = field(default_factory=dict)
    dues: Sequence[Due] = ()
    loops: Mapping[str, Loop] = field(default_factory=dict)
    at_stop: Sequence[Loop] = ()


Compose = Callable[[Surroundings], Role]


@dataclass(kw_only=True)
class Process:
    """What every process has, whichever roles live in it: none of them at the edge."""

    lifecycle: Lifecycle
    verifier: Verifier
    channels: Channels
    live: Live
    databases: dict[str, Database] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    consumers: dict[str, list[Consumer]] = field(default_factory=dict)

    @classmethod
    def bare(cls, settings: Settings) -> Self:
        """A process without roles, that reaches all services as peers."""
        lifecycle = Lifecycle()
        return cls(
            lifecycle=lifecycle,
            verifier=Verifier(settings.keys_folder / "public"),
            channels=Channels(settings.peers, ""),
            live=Live.open(settings, lifecycle),
        )

    async def stop(self) -> None:
        """Stop serving, drain, close."""
        await self.lifecycle.stop()


@dataclass(kw_only=True)
class Node(Process):
    """A running process of roles."""

    keyring: Keyring
    transport: Transport
    grpc_port: int
    server: Any = None
    relays: dict[str, Relay] = field(default_factory=dict)
    due_loops: dict[str, DueLoop] = field(default_factory=dict)

    @classmethod
    async def start(cls, composes: Mapping[str, Compose], settings: Settings, dsn: Callable[[str, str], str]) -> Self:
        """Start roles; `dsn(service, "twolamps" | "twolamps_keys")` is a service's own URL of a database."""
        listener = hold_port("gRPC", settings.host, settings.grpc_port, "TWOLAMPS_HOST", "TWOLAMPS_GRPC_PORT")
        port = int(listener.getsockname()[1])
        keys = settings.keys_folder
        keyring = await Keyring.connect(dsn(next(iter(composes)), "twolamps_keys"), keys / "private" / "wrapping.key")
        lifecycle = Lifecycle()
        node = cls(
            lifecycle=lifecycle,
            verifier=Verifier(keys / "public"),
            channels=Channels(settings.peers, f"{settings.host}:{port}"),
            live=Live.open(settings, lifecycle),
            keyring=keyring,
            transport=OverKafka(settings.kafka, settings.prefix) if settings.kafka else InProcess(),
            grpc_port=port,
        )
        for name, compose in composes.items():
            await node._take(name, compose, settings, dsn)
        node.server = node._make_server(settings.reflection)
        listener.close()
        node.server.add_insecure_port(f"{settings.host}:{port}")
        await node.server.start()
        node._run_loops()
        return node

    async def _take(self, name: str, compose: Compose, settings: Settings, dsn: Callable[[str, str], str]) -> None:
        database = self.databases[name] = await Database.connect(dsn(name, "twolamps"), name, self.keyring)
        mailbox = Mailbox(settings.data / "mailbox")
        surroundings = Surroundings(name, settings, database, settings.keys_folder, mailbox, self.channels, self.live)
        role = self.roles[name] = compose(surroundings)
        own = [Consumer(database, source, role.couples, handlers) for source, handlers in role.consumers.items()]
        for consumer in own:
            self.consumers.setdefault(consumer.source, []).append(consumer)
            self.transport.subscribe(consumer)
        if "pairing" in role.consumers:
            self.transport.fence(Fenced(database, role.couples))
        self.due_loops[name] = DueLoop(database, role.dues, own)
        self.relays[name] = self.transport.relay(dsn(name, "twolamps"), database)

    def _make_server(self, reflection: bool) -> Any:
        statuses = {name: table for role in self.roles.values() for name, table in role.statuses.items()}
        fenced = [Fenced(self.databases[name], role.couples) for name, role in self.roles.items()]
        servicers = [pair for role in self.roles.values() for pair in role.servicers]
        fences = FenceApi(fenced, self.live.hints.end_streams)
        servicers.append((internal_pb2_grpc.add_FenceServiceServicer_to_server, fences))
        return make_server(Edge(self.verifier, statuses), servicers, reflection)

    def _run_loops(self) -> None:
        for name, role in self.roles.items():
            self.lifecycle.loop(f"{name}.relay", self.relays[name].run)
            self.lifecycle.loop(f"{name}.due", self.due_loops[name].run)
            self.lifecycle.loop(f"{name}.tidy", self.due_loops[name].tidy)
            for loop, run in role.loops.items():
                self.lifecycle.loop(f"{name}.{loop}", run)
            for step in role.at_stop:
                self.lifecycle.at_stop(step)
        self.lifecycle.loop("events", self.transport.run)
        self.lifecycle.at_last(self._close)

    async def _close(self) -> None:
        await self.server.stop(3)
        with suppress(TimeoutError):  # a pass that waits for Kafka may take as long as Kafka is away
            async with asyncio.timeout(PASS_WITHIN_S):
                await asyncio.gather(*(relay.drain() for relay in self.relays.values()))
        for task in self.lifecycle.tasks:
            task.cancel()
        await asyncio.gather(*self.lifecycle.tasks, return_exceptions=True)
        await self.transport.close()
        await self.channels.close()
        await asyncio.gather(*(database.close() for database in self.databases.values()), self.keyring.close())
