"""How does a test act? On a stage: roles really running on a database of their own, called through gRPC as a person.

Promises: calls go in by the public door; time is moved, never slept; what was recorded can be read.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo
from grpc_status import rpc_status

from twolamps_chassis import clock
from twolamps_chassis.auth import Signer
from twolamps_chassis.db import Database
from twolamps_chassis.node import Compose, Node
from twolamps_chassis.records import Record
from twolamps_chassis.settings import Settings
from twolamps_events.base import Event
from twolamps_events.catalog import EVENTS
from twolamps_events.pairing import CoupleEnded, CoupleFormed
from twolamps_testkit.servers import Postgres


@dataclass(frozen=True, slots=True)
class Person:
    """A named person with a session."""

    name: str
    id: UUID = field(default_factory=uuid4)
    session: UUID = field(default_factory=uuid4)


class Refused(Exception):
    """A call was refused: the gRPC code's name, the reason, the fields at fault."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        self.code, self.text, self.reason = error.code().name, error.details() or "", ""
        self.fields: dict[str, str] = {}
        status = rpc_status.from_call(error)  # type: ignore[arg-type]  # an aio error reads like a call
        for detail in status.details if status is not None else ():
            info, bad = ErrorInfo(), BadRequest()
            if detail.Unpack(info):
                self.reason = info.reason
            if detail.Unpack(bad):
                self.fields = {v.field: v.reason for v in bad.field_violations}
        super().__init__(f"{self.code} {self.reason} {self.fields} {self.text}")


class Caller:
    """A stub's methods as one person: `await caller.CreateInvite(request, key=...)`."""

    def __init__(self, stub: Any, token: Callable[[], str]) -> None:
        self.stub, self.token = stub, token

    def __getattr__(self, method: str) -> Callable[..., Awaitable[Any]]:
        async def call(request: Any, *, key: str | None = None, **metadata: str) -> Any:
            given = {"idempotency-key": key or str(uuid4()), **metadata}
            if bearer := self.token():
                given.setdefault("authorization", f"Bearer {bearer}")
            try:
                return await getattr(self.stub, method)(request, metadata=tuple(given.items()), timeout=15)
            except grpc.aio.AioRpcError as error:
                raise Refused(error) from error

        return call


class Stage:
    """Roles on a database of their own. `ann` and `sam` are two people; `eve` is a stranger."""

    def __init__(self, postgres: Postgres, database: str, folder: Path) -> None:
        self.postgres, self.database, self.folder = postgres, database, folder
        self.ann, self.sam, self.eve = Person("Ann"), Person("Sam"), Person("Eve")
        self.signer = Signer(postgres.keys / "private" / "token.json")
        self.nodes: list[Node] = []
        self.seqs: dict[tuple[str, UUID], int] = {}

    async def start(self, **composes: Compose) -> Node:
        """Start a node with these roles, as `await stage.start(scheduling=compose)`; another call is a second replica."""
        clock_file = self.folder / "clock"
        settings = Settings(
            env="test",
            data=self.folder,
            keys=self.postgres.keys,
            grpc_port=0,
            http_port=0,
            admin_port=0,
            clock_file=clock_file,
            log_level="warning",
        )
        clock.use_clock_file(clock_file, "test")
        node = await Node.start(composes, settings, self._dsn)
        self.nodes.append(node)
        return node

    @property
    def node(self) -> Node:
        """The first node."""
        return self.nodes[0]

    def tables(self, service: str) -> Database:
        """A service's database."""
        return self.node.databases[service]

    def caller(self, stub: Callable[[Any], Any], person: Person | None = None, node: Node | None = None) -> Caller:
        """Call a service as a person, or as nobody."""
        channel = (node or self.node).channels.to("")
        token = (lambda: self.signer.access_token(person.id, person.session)[0]) if person else (lambda: "")
        return Caller(stub(channel), token)

    def service_caller(self, stub: Callable[[Any], Any], service: str) -> Caller:
        """Call an internal method as a service."""
        signer = Signer(self.postgres.keys / "private" / f"{service}.json")
        return Caller(stub(self.node.channels.to("")), lambda: signer.service_token(service))

    async def pair(self, one: Person | None = None, other: Person | None = None, zone: str = "Europe/Berlin") -> UUID:
        """Let every role know that two people (Ann and Sam) are a couple; its id."""
        one, other = one or self.ann, other or self.sam
        couple = uuid4()
        event = CoupleFormed(
            couple_id=couple, inviter_id=one.id, invitee_id=other.id, zone=zone, day_start="04:00", week_start=1,
            paired_at=await self.now(),
        )  # fmt: skip
        await self.deliver(couple, event)
        return couple

    async def end(self, couple: UUID) -> None:
        """Let every role learn of a couple's end."""
        await self.deliver(couple, CoupleEnded(couple_id=couple), epoch=1)

    async def deliver(self, key: UUID, event: Event, *, epoch: int = 0, seq: int | None = None) -> None:
        """Hand an event of another service to the consumers, as the relay does."""
        place = (event.source, key)
        self.seqs[place] = self.seqs.get(place, 0) + 1 if seq is None else seq
        record = Record(
            event.source, key, self.seqs[place], epoch, event.ce_type(), datetime.now(UTC), "", event.body()
        )
        await self.hand_over([record])

    async def hand_over(self, records: Sequence[Record]) -> None:
        """Hand records of one source to every consumer of the first node."""
        await asyncio.gather(*(group.handle(records) for group in self.node.consumers.get(records[0].source, [])))

    async def recorded(self, service: str) -> list[Event]:
        """Every event a service recorded, in order."""
        async with self.tables(service).begin() as tx:
            rows = await tx.fetch("SELECT type, body FROM outbox ORDER BY id")
        return [EVENTS[row["type"]].read(row["body"]) for row in rows]

    async def now(self) -> datetime:
        """The platform's time."""
        async with next(iter(self.node.databases.values())).begin(readonly=True) as tx:
            return tx.now

    def move_clock(self, seconds: float) -> None:
        """Move time for every role, from where it stands."""
        clock.move_clock(self.folder / "clock", clock.offset().total_seconds() + seconds)
        for node in self.nodes:
            for database in node.databases.values():
                database.due.set()

    async def close(self) -> None:
        """Stop everything."""
        for node in self.nodes:
            await node.stop()
        clock.use_clock_file(None, "test")

    def _dsn(self, service: str, database: str) -> str:
        name = f"{self.postgres.template}_keys" if database == "twolamps_keys" else self.database
        return self.postgres.dsn(name, self.postgres.login(service))


async def eventually(
    check: Callable[[], Awaitable[Any]], within_s: float = 10.0, until: Callable[[Any], bool] = bool
) -> Any:
    """The first result of `check` that holds; raises AssertionError with the last one otherwise."""
    deadline = time.monotonic() + within_s
    while True:
        result = await check()
        if until(result):
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_s} s; last: {result!r}")
        await asyncio.sleep(0.02)


def one(events: Sequence[Event], kind: type[Event]) -> Any:
    """The only event of a kind."""
    found = [event for event in events if type(event) is kind]
    assert len(found) == 1, found
    return found[0]
