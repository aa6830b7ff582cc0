"""How do roles become a process? A node opens databases, serves gRPC, and runs each role's relay, consumers and due rows.

Promises: the roles are the same code wherever they run; here the relay hands each batch to every consumer group in this
process and marks it when each has committed or parked.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import grpc

from twolamps.internal.v1 import internal_pb2_grpc
from twolamps_chassis.auth import Signer, Verifier
from twolamps_chassis.consumers import Consumer, Handler
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Database
from twolamps_chassis.due_rows import Due, DueLoop
from twolamps_chassis.errors import Statuses
from twolamps_chassis.fences import FenceApi, Fenced, PairingNeighbour
from twolamps_chassis.grpc_server import Edge, make_server
from twolamps_chassis.hub import Hub
from twolamps_chassis.hub_log import Hint
from twolamps_chassis.keyring import Keyring
from twolamps_chassis.lifecycle import Lifecycle
from twolamps_chassis.mail import Mailbox
from twolamps_chassis.records import Record
from twolamps_chassis.relay import Relay
from twolamps_chassis.settings import Settings
from twolamps_events.base import Event

Loop = Callable[[], Awaitable[None]]


@dataclass
class Surroundings:
    """What a node gives a role: its database, its keys, how to reach the others."""

    name: str
    settings: Settings
    database: Database
    keys: Path
    mailbox: Mailbox
    channel: grpc.aio.Channel
    hubs: list[Hub]

    @cached_property
    def service_token(self) -> Callable[[], str]:
        """Gives a valid token of this role's service identity."""
        return Signer(self.keys / "private" / f"{self.name}.json").as_service(self.name)

    @property
    def pairing(self) -> PairingNeighbour:
        """Pairing, for asking who is with whom."""
        return PairingNeighbour(self.channel, self.service_token)

    def hint(self, hints: Sequence[Hint]) -> None:
        """Tell every hub of this process what has committed."""
        for hub in self.hubs:
            for hint in hints:
                hub.publish(hint)


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


@dataclass
class Node:
    """A running process of roles."""

    settings: Settings
    lifecycle: Lifecycle
    keyring: Keyring
    verifier: Verifier
    channel: grpc.aio.Channel
    grpc_port: int
    server: Any
    hubs: list[Hub]
    databases: dict[str, Database] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    consumers: dict[str, list[Consumer]] = field(default_factory=dict)
    relays: dict[str, Relay] = field(default_factory=dict)
    due_loops: dict[str, DueLoop] = field(default_factory=dict)

    @classmethod
    async def start(
        cls, composes: Mapping[str, Compose], settings: Settings, dsn: Callable[[str, str], str], keys: Path
    ) -> Self:
        """Start roles; `dsn(service, "twolamps" | "twolamps_keys")` is a service's own URL of a database."""
        listener, port = _free_port(settings.host, settings.grpc_port)
        channel = grpc.aio.insecure_channel(
            f"{settings.host}:{port}", options=[("grpc.max_receive_message_length", 1 << 24)]
        )
        keyring = await Keyring.connect(dsn("pairing", "twolamps_keys"), keys / "private" / "wrapping.key")
        verifier, lifecycle = Verifier(keys / "public"), Lifecycle()
        node = cls(settings, lifecycle, keyring, verifier, channel, port, None, [])
        mailbox = Mailbox(settings.data / "mailbox")
        for name, compose in composes.items():
            database = node.databases[name] = await Database.connect(dsn(name, "twolamps"), name, keyring)
            node.roles[name] = compose(Surroundings(name, settings, database, keys, mailbox, channel, node.hubs))
        for name, role in node.roles.items():
            database = node.databases[name]
            own = [Consumer(database, source, role.couples, handlers) for source, handlers in role.consumers.items()]
            for consumer in own:
                node.consumers.setdefault(consumer.source, []).append(consumer)
            node.due_loops[name] = DueLoop(database, role.dues, own)
            node.relays[name] = Relay(dsn(name, "twolamps"), database, node.deliver)
        node.server = node._make_server()
        listener.close()
        node.server.add_insecure_port(f"{settings.host}:{port}")
        await node.server.start()
        node._run_loops()
        return node

    async def deliver(self, records: Sequence[Record]) -> None:
        """The last hop in one process: every group settles the batch, or all of it is sent again."""
        if records:
            await asyncio.gather(*(group.handle(records) for group in self.consumers.get(records[0].source, [])))

    async def stop(self) -> None:
        """Stop serving, drain, close."""
        await self.lifecycle.stop()

    def _make_server(self) -> Any:
        statuses = {name: table for role in self.roles.values() for name, table in role.statuses.items()}
        fenced = [Fenced(self.databases[name], role.couples) for name, role in self.roles.items()]
        servicers = [pair for role in self.roles.values() for pair in role.servicers]
        servicers.append((internal_pb2_grpc.add_FenceServiceServicer_to_server, FenceApi(fenced, self.hubs)))
        return make_server(Edge(self.verifier, statuses), servicers, self.settings.reflection)

    def _run_loops(self) -> None:
        for name, role in self.roles.items():
            self.lifecycle.loop(f"{name}.relay", self.relays[name].run)
            self.lifecycle.loop(f"{name}.due", self.due_loops[name].run)
            self.lifecycle.loop(f"{name}.tidy", self.due_loops[name].tidy)
            for loop, run in role.loops.items():
                self.lifecycle.loop(f"{name}.{loop}", run)
            for step in role.at_stop:
                self.lifecycle.at_stop(step)
        self.lifecycle.at_last(self._close)

    async def _close(self) -> None:
        await self.server.stop(3)
        for task in self.lifecycle.tasks:
            task.cancel()
        await asyncio.gather(*self.lifecycle.tasks, return_exceptions=True)
        await self.channel.close(None)
        await asyncio.gather(*(database.close() for database in self.databases.values()), self.keyring.close())


def _free_port(host: str, port: int) -> tuple[Any, int]:
    """Hold a port until the server takes it; a taken one is an error that names it."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise OSError(error.errno, f"gRPC cannot listen on {host}:{port}: {error.strerror}") from error
    return listener, listener.getsockname()[1]
