"""Does an end answer soon, whoever of the peers is slow, broken or gone, and do the others know by then?

A neighbour here is a role without consumers, so that what it knows can only have come by a fence.
"""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import grpc

from pairing.main import compose
from pairing.neighbours import Peers
from pairing.store import couples
from pairing.tests.conftest import House
from twolamps.internal.v1 import internal_pb2 as pb
from twolamps.internal.v1.internal_pb2_grpc import FenceServiceServicer, add_FenceServiceServicer_to_server
from twolamps.pairing.v1 import pairing_pb2
from twolamps_chassis.channels import Channels
from twolamps_chassis.couples import Couples, save_couple
from twolamps_chassis.node import Role, Surroundings
from twolamps_testkit.stage import Stage, eventually


class Peer(FenceServiceServicer):
    """A process that notes each fence with the token it came with, after a while."""

    def __init__(self, takes_s: float = 0, fails: bool = False) -> None:
        self.takes_s, self.fails = takes_s, fails
        self.told: list[tuple[pb.ApplyFenceRequest, str]] = []

    async def ApplyFence(self, request: pb.ApplyFenceRequest, context: Any) -> pb.ApplyFenceResponse:
        await asyncio.sleep(self.takes_s)
        if self.fails:
            await context.abort(grpc.StatusCode.INTERNAL, "broken")
        self.told.append((request, dict(context.invocation_metadata())["authorization"]))
        return pb.ApplyFenceResponse()


async def test_every_peer_that_can_be_reached_has_applied_the_fence_when_it_returns() -> None:
    peers = [Peer(), Peer(0.1), Peer(5), Peer(fails=True)]
    channels, servers = [], []
    for peer in peers:
        server = grpc.aio.server()
        add_FenceServiceServicer_to_server(peer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        servers.append(server)
        channels.append(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
    channels.append(grpc.aio.insecure_channel("127.0.0.1:1"))
    told, couple, person, sessions = Peers(channels, lambda: "token"), uuid4(), uuid4(), [uuid4(), uuid4()]
    try:
        started = time.monotonic()
        await told.end_couple(couple, 1)
        assert time.monotonic() - started < 3, "one peer would take five seconds"
        await told.end_sessions(person, sessions)
        await told.change_shares(couple, {"titles:x", "availability"}, 3)
    finally:
        await told.close()
        await asyncio.gather(*(channel.close(0) for channel in channels), *(server.stop(0) for server in servers))
    ends = [pb.SessionEnd(person_id=str(person), session_id=str(session)) for session in sessions]
    change = pb.ShareChange(couple_id=str(couple), active=["availability", "titles:x"], version=3)
    expected = [
        pb.ApplyFenceRequest(couple_end=pb.CoupleEnd(couple_id=str(couple), epoch=1)),
        *(pb.ApplyFenceRequest(session_end=end) for end in ends),
        pb.ApplyFenceRequest(share_change=change),
    ]
    for peer in peers[:2]:
        assert sorted(str(fence) for fence, _ in peer.told) == sorted(str(fence) for fence in expected)
        assert {token for _, token in peer.told} == {"Bearer token"}
    assert peers[2].told == peers[3].told == []


async def test_a_replica_that_hangs_is_passed_by_in_time_and_one_that_wakes_late_is_told_still() -> None:
    hung, well, late = Peer(3600), Peer(), Peer(fails=True)
    ports, servers = [], []
    for peer in (hung, well, late):
        server = grpc.aio.server()
        add_FenceServiceServicer_to_server(peer, server)
        ports.append(server.add_insecure_port("127.0.0.1:0"))
        await server.start()
        servers.append(server)
    two = Channels({"two": f"ipv4:127.0.0.1:{ports[0]},127.0.0.1:{ports[1]}"}, f"127.0.0.1:{ports[2]}")
    told = Peers([two.to("two"), two.to("one")], lambda: "token")
    try:
        for _ in range(3):  # whichever of the two is asked first
            before = len(well.told)
            await told.end_couple(uuid4(), 1)
            assert len(well.told) > before
        assert late.told == []
        late.fails = False

        async def look() -> int:
            return len(late.told)

        assert await eventually(look, 10, lambda told: told >= 3)
    finally:
        await told.close()
        await two.close()
        await asyncio.gather(*(server.stop(0) for server in servers))


def neighbour(around: Surroundings) -> Role:
    return Role(couples=Couples(), servicers=(), statuses={})


async def test_a_neighbour_knows_of_an_end_when_it_has_answered(stage: Stage) -> None:
    await stage.start(pairing=compose, prompts=neighbour)
    house, sql = House(stage), "SELECT epoch FROM streams WHERE key = $1"
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    couple_id = UUID(await house.pair(ann, sam))
    await house.end(sam)
    async with stage.tables("prompts").begin() as tx:
        assert await tx.fetchval(sql, couple_id) == 1


async def test_a_neighbour_knows_of_ended_sessions_when_it_has_answered(stage: Stage) -> None:
    await stage.start(pairing=compose, prompts=neighbour)
    house, sql = House(stage), "SELECT session_id FROM ended_sessions"
    here, there = await house.sign_up("Ann"), await house.sign_in("Ann")
    await house.of(here).DeleteSession(pairing_pb2.DeleteSessionRequest(session_id=str(there.session)))
    async with stage.tables("prompts").begin() as tx:
        assert [row["session_id"] for row in await tx.fetch(sql)] == [there.session]
    await house.of(here).DeleteSessions(pairing_pb2.DeleteSessionsRequest())
    async with stage.tables("prompts").begin() as tx:
        assert {row["session_id"] for row in await tx.fetch(sql)} == {there.session, here.session}


async def test_a_neighbour_knows_what_is_no_longer_shared_when_it_has_answered(stage: Stage) -> None:
    await stage.start(pairing=compose, prompts=neighbour)
    house, sql = House(stage), "SELECT shares FROM couples"
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    await house.pair(ann, sam)
    async with stage.tables("pairing").begin("app", ann.id) as tx:
        known = await couples.find_couple(tx, ann.id)
    assert known is not None
    async with stage.tables("prompts").begin() as tx:
        await save_couple(tx, known)
    for shares, flows in (([pairing_pb2.SHARE_FACTS], [f"facts:{ann.id}"]), ([], [])):
        await house.share(ann, *shares)
        async with stage.tables("prompts").begin() as tx:
            assert await tx.fetchval(sql) == flows
