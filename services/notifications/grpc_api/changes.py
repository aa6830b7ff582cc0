"""How do streams learn of the change log? Those of this process by reading it, those of the gateway by asking here.

Promises: both read through the same use cases, with the rights of a worker; only the gateway may ask (see the chassis).
"""

import asyncio
from typing import ClassVar
from uuid import UUID

from google.protobuf.descriptor import ServiceDescriptor

from notifications.defaults import CATCH_UP_MOST
from notifications.use_cases.heads import AskHeads, Stream, heads
from notifications.use_cases.list_changes import ListChanges, Place, list_changes
from twolamps.internal.v1 import internal_pb2
from twolamps.internal.v1.internal_pb2_grpc import ChangesServiceServicer
from twolamps_chassis.db import Database
from twolamps_chassis.edge import Api, query
from twolamps_chassis.hub_log import Head, Page, Row

DEADLINE_S = 5.0


class ChangesApi(Api, ChangesServiceServicer):
    """The change log over gRPC."""

    descriptor: ClassVar[ServiceDescriptor] = internal_pb2.DESCRIPTOR.services_by_name["ChangesService"]

    ListChanges = query(list_changes, role="worker")
    Heads = query(heads, role="worker")


class OwnLog:
    """The change log as the hub of this process reads it."""

    def __init__(self, database: Database) -> None:
        self.database = database

    async def read(self, places: list[tuple[UUID, int]], /) -> list[Page]:
        """The next changes after each place."""
        wanted = ListChanges(tuple(Place(person, seq) for person, seq in places), CATCH_UP_MOST)
        async with asyncio.timeout(DEADLINE_S), self.database.begin(readonly=True) as tx:
            found = await list_changes(wanted, tx)
        return [
            Page(p.person_id, found.log_epoch, [Row(row.seq, row.response) for row in p.rows], p.head, p.reload)
            for p in found.people
        ]

    async def heads(self, streams: list[tuple[UUID, UUID]], /) -> list[Head]:
        """The heads of (person, session) pairs."""
        wanted = AskHeads(tuple(Stream(person, session) for person, session in streams))
        async with asyncio.timeout(DEADLINE_S), self.database.begin(readonly=True) as tx:
            found = await heads(wanted, tx)
        return [Head(h.person_id, h.session_id, found.log_epoch, h.seq, h.closed) for h in found.heads]
