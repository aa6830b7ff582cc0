"""How does a call become a transaction? `command` and `query` turn a use case into an RPC, in one fixed order.

A command: token, couple and epoch, role, stream locks, idempotency, use case, events, commit. A query: token, couple,
role, use case, in a read-only transaction. Promises: the mapping is checked when the class is made; only the edge and the
loops of the chassis commit; what is refused changes nothing.
"""

import typing
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal
from uuid import UUID

import asyncpg
from google.api import annotations_pb2
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from twolamps.access.v1.access_pb2 import Access, access
from twolamps_chassis import couples, idempotency, mapping
from twolamps_chassis.auth import Caller
from twolamps_chassis.db import Database, Role, Transaction
from twolamps_chassis.errors import NotConnected, Statuses, TryAgain, Unauthenticated
from twolamps_chassis.limits import Limit, Limiter

UseCase = Callable[[Any, Transaction], Awaitable[Any]]
StreamsOf = Callable[[Any, Transaction], Awaitable[Iterable[UUID]]]
AskCouple = Callable[[UUID], Awaitable[couples.Couple | None]]
BUSY = (
    asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, asyncpg.QueryCanceledError,
    asyncpg.SerializationError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError,
    asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError, asyncpg.IdleInTransactionSessionTimeoutError, asyncpg.InternalClientError,
    ConnectionError, TimeoutError,
)  # fmt: skip
"""What passes by itself: the caller tries again with the same key. An InternalClientError is how asyncpg reports a
statement given to a connection that is just being cut."""


def passes(error: BaseException) -> bool:
    """Whether it passes by itself. A value that fits no column does not, which asyncpg calls an InterfaceError too."""
    return isinstance(error, BUSY) and not isinstance(error, ValueError)


@dataclass(frozen=True, slots=True)
class Call:
    """What the interceptor knows of a call. `address` is the client's, as far as it may be believed."""

    caller: Caller | None
    key: str
    address: str


current_call: ContextVar[Call] = ContextVar("current_call")


@dataclass
class Service:
    """What a service's API stands on."""

    database: Database
    statuses: Statuses
    ask_couple: AskCouple | None = None
    limiter: Limiter = field(default_factory=Limiter)


class Api:
    """Base of a servicer whose methods are made by `command` and `query`."""

    def __init__(self, service: Service) -> None:
        self.service = service


class Verb:
    """One RPC: its use case, and how request and result are mapped."""

    def __init__(self, use_case: UseCase, kind: Literal["command", "query"], role: Role, limits: Sequence[Limit],
                 streams: StreamsOf | None, keeps: bool) -> None:  # fmt: skip
        self.use_case, self.kind, self.role, self.limits, self.streams = use_case, kind, role, limits, streams
        self.keeps = keeps

    def __set_name__(self, owner: type, name: str) -> None:
        method = _method(owner, name)
        hints = typing.get_type_hints(self.use_case)
        command, result = next(iter(hints.values())), hints.get("return", type(None))
        self.name, self.access = method.full_name, access_of(method)
        self.read = mapping.reader(command, method.input_type)
        self.write = _result_writer(result, method)
        self.keyed = needs_key(method)

    def __get__(self, api: Api | None, owner: type) -> Any:
        async def call(request: Message, _context: object) -> Message:
            assert api is not None
            try:
                return await self.run(api.service, request, current_call.get())
            except BUSY as error:
                if not passes(error):
                    raise
                raise TryAgain(retry_after_s=0.2) from error

        return self if api is None else call

    async def run(self, service: Service, request: Message, call: Call) -> Message:
        """The order of a call."""
        command = self.read(request)
        person, session = (call.caller.person, call.caller.session) if call.caller else (None, None)
        key = idempotency.check_key(call.key) if self.keyed else ""
        key = key if self.keeps else ""
        for limit in self.limits:
            named = f"{getattr(command, limit.by, '')} {call.address}"
            who = {"person": str(person), "address": call.address}.get(limit.by, named)
            await service.limiter.hit(limit, self.name, who)
        for asked in (False, True):
            async with service.database.begin(self.role, person, readonly=self.kind == "query") as tx:
                tx.session = session
                if person and session and not await couples.load_call(tx, person, session):
                    raise Unauthenticated("The session has ended.")
                connected = self.access != Access.ACCESS_COUPLE or tx.couple is not None
                may_ask = self.access in (Access.ACCESS_COUPLE, Access.ACCESS_MINE_OR_OURS)
                if tx.couple is not None or not may_ask or asked or service.ask_couple is None:
                    if not connected:
                        raise NotConnected
                    reply = await self.handle(tx, command, request, key)
                    if tx.only_together:
                        await _still_together(service, tx)
                    return reply
            assert person is not None
            if (couple := await service.ask_couple(person)) is not None:
                async with service.database.begin() as tx:
                    await couples.save_couple(tx, couple)
        raise NotConnected

    async def handle(self, tx: Transaction, command: Any, request: Message, key: str) -> Message:
        """Inside the transaction: locks and epoch, a kept reply, the use case, the reply to keep."""
        owners = {tx.person, *(tx.couple.members if tx.couple else ()), tx.couple.id if tx.couple else None}
        await tx.keyring.load(owner for owner in owners if owner is not None)
        if self.kind == "command":
            await tx.lock(await self._keys(tx, command))
            if tx.couple and tx.couple.id in tx.streams and tx.streams[tx.couple.id].epoch != tx.couple.epoch:
                raise NotConnected
            if key and (kept := await idempotency.find_reply(tx, self.name, key, self._said(tx, request))) is not None:
                return self.write.of(kept)
        reply = self.write(await self.use_case(command, tx))
        if key:
            await idempotency.keep_reply(tx, self.name, key, self._said(tx, request), _bytes(reply))
        return reply

    def _said(self, tx: Transaction, request: Message) -> bytes:
        """What a key stands for: the request and, unless it is the person's alone, whom it was said with."""
        with_whom = tx.couple if self.access != Access.ACCESS_PERSON else None
        return (with_whom.id.bytes if with_whom else b"") + _bytes(request)

    async def _keys(self, tx: Transaction, command: Any) -> set[UUID]:
        keys = set(await self.streams(command, tx)) if self.streams else set()
        if tx.person and self.access in (Access.ACCESS_PERSON, Access.ACCESS_MINE_OR_OURS):
            keys.add(tx.person)
        if tx.couple and self.access in (Access.ACCESS_COUPLE, Access.ACCESS_MINE_OR_OURS):
            keys.add(tx.couple.id)
        return keys


async def _still_together(service: Service, tx: Transaction) -> None:
    """Raises NotConnected, or TryAgain where pairing does not answer."""
    assert service.ask_couple is not None
    standing = await service.ask_couple(tx.me)
    if standing is None or standing.id != tx.us.id:
        raise NotConnected


def command(
    use_case: UseCase, *, role: Role = "app", limits: Sequence[Limit] = (), streams: StreamsOf | None = None,
    keeps: bool = True,
) -> Any:  # fmt: skip
    """An RPC that changes state. `streams` names further streams to lock, found without locks. Without `keeps` no reply is
    kept: for what may be done twice as once, and must not be answered as it was before an end."""
    return Verb(use_case, "command", role, limits, streams, keeps)


def query(use_case: UseCase, *, role: Role = "app", limits: Sequence[Limit] = ()) -> Any:
    """An RPC that reads."""
    return Verb(use_case, "query", role, limits, None, False)


def access_of(method: MethodDescriptor) -> int:
    """Who may call; raises TypeError where the contract does not say."""
    value = method.GetOptions().Extensions[access]
    if value == Access.ACCESS_UNSPECIFIED:
        raise TypeError(f"{method.full_name} has no access option")
    return int(value)


def needs_key(method: MethodDescriptor) -> bool:
    """POST needs an Idempotency-Key, but where nobody has signed in yet."""
    posts = bool(method.GetOptions().Extensions[annotations_pb2.http].post)
    return posts and access_of(method) != Access.ACCESS_ANYONE


class _Writer:
    def __init__(self, write: Callable[[Any], Message], empty: type[Message]) -> None:
        self.write, self.of = write, empty.FromString

    def __call__(self, result: Any) -> Message:
        return self.write(result)


def _result_writer(result: Any, method: MethodDescriptor) -> _Writer:
    """None is the empty reply; a result of the reply's single message field is wrapped in it."""
    reply, made = method.output_type, GetMessageClass(method.output_type)
    if result is type(None):
        return _Writer(lambda _: made(), made)
    only = reply.fields[0] if len(reply.fields) == 1 and not reply.fields[0].is_repeated else None
    if only is not None and only.message_type is not None:
        inner = mapping.writer(result, only.message_type)
        return _Writer(lambda value: made(**{only.name: inner(value)}), made)
    return _Writer(mapping.writer(result, reply), made)


def _method(owner: type, name: str) -> MethodDescriptor:
    for base in owner.__mro__:
        service = getattr(typing.cast(Any, base), "descriptor", None)
        if isinstance(service, ServiceDescriptor):
            return service.methods_by_name[name]
    raise TypeError(f"{owner.__name__} needs `descriptor`, its proto service")


def _bytes(message: Message) -> bytes:
    return message.SerializeToString(deterministic=True)
