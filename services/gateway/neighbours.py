"""What does the gateway ask of notifications? What follows a place in people's change logs, and where their heads are."""

from collections.abc import Callable
from uuid import UUID

from grpc.aio import Channel

from twolamps.internal.v1 import internal_pb2 as pb
from twolamps.internal.v1.internal_pb2_grpc import ChangesServiceStub
from twolamps_chassis.hub_log import Head, Page, Row

ROWS = 5_000
"""The most rows of one reading, shared by its people: an answer stays well below 4 MB."""
MOST = 1_000
"""The most rows of one person, as ListChanges states."""


class Changes:
    """The change logs of people, read under the gateway's identity."""

    def __init__(self, channel: Channel, service_token: Callable[[], str]) -> None:
        self._stub, self._token = ChangesServiceStub(channel), service_token

    async def read(self, places: list[tuple[UUID, int]], /) -> list[Page]:
        """The rows that follow each place."""
        asked = [pb.Place(person_id=str(person), seq=seq) for person, seq in places]
        request = pb.ListChangesRequest(places=asked, limit=min(MOST, max(20, ROWS // len(places))))
        reply = await self._stub.ListChanges(request, metadata=self._metadata(), timeout=5)
        return [
            Page(
                UUID(person.person_id),
                reply.log_epoch,
                [Row(row.seq, row.response) for row in person.rows],
                person.head,
                person.reload,
            )
            for person in reply.people
        ]

    async def heads(self, streams: list[tuple[UUID, UUID]], /) -> list[Head]:
        """The heads of (person, session) pairs."""
        asked = [pb.Stream(person_id=str(person), session_id=str(session)) for person, session in streams]
        reply = await self._stub.Heads(pb.HeadsRequest(streams=asked), metadata=self._metadata(), timeout=5)
        return [
            Head(UUID(head.person_id), UUID(head.session_id), reply.log_epoch, head.seq, head.closed)
            for head in reply.heads
        ]

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self._token()}"),)
