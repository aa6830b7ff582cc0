"""What can an operator do on a running platform? See every process, drop or try what is parked, have events sent again."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send
from typer.testing import CliRunner, Result

import notifications.main
import pairing.main
from standalone.admin import host_of
from standalone.cli import app
from standalone.web import admin_app, for_this_machine, serve
from twolamps_chassis.db import Transaction
from twolamps_chassis.node import Node
from twolamps_chassis.parked import ATTEMPTS
from twolamps_chassis.records import Record
from twolamps_chassis.status import MOST_PARKED, list_parked
from twolamps_events.pairing import PairingClaimed, PersonSnapshot
from twolamps_testkit.stage import Stage, eventually

Twolamps = Callable[..., Awaitable[Result]]


async def listen(node: Node, host: str, port: int = 0) -> int:
    config = uvicorn.Config(for_this_machine(admin_app(node), host), host=host, port=port, log_config=None, ws="none")
    return await serve(config, node.lifecycle, "admin")


@pytest.fixture
async def twolamps(stage: Stage) -> Twolamps:
    """The command, on a platform of pairing (127.0.0.2), notifications (127.0.0.3) and a gateway that is away."""
    port = await listen(await stage.start(pairing=pairing.main.compose), "127.0.0.2")
    await listen(await stage.start(notifications=notifications.main.compose), "127.0.0.3", port)
    peers = (
        '{"pairing": "dns:///127.0.0.2:8401", "notifications": "dns:///127.0.0.3:8401", "prompts": "127.0.0.4:8401"}'
    )
    env = {"TWOLAMPS_PEERS": peers, "TWOLAMPS_ADMIN_PORT": str(port)}

    async def invoke(*words: object) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, app, [str(word) for word in words], env=env)

    return invoke


async def park(stage: Stage, *, bad: int, last: int) -> UUID:
    """Park a record of pairing in notifications, with those behind it; its stream."""
    key = uuid4()
    fine = PairingClaimed(pairing_id=uuid4(), person_id=uuid4())
    for seq in range(1, last + 1):
        body = b"not json" if seq == bad else fine.body()
        record = Record("pairing", key, seq, 0, fine.ce_type(), datetime.now(UTC), "", body)
        await stage.nodes[1].consumers["pairing"][0].handle([record])
    return key


async def parked(stage: Stage) -> list[tuple[int, str]]:
    return [(row.seq, row.reason) for row in await list_parked(stage.nodes[1].databases["notifications"])]


@pytest.mark.parametrize(
    ("address", "host"),
    [("dns:///pairing:8401", "pairing"), ("10.1.2.3:8401", "10.1.2.3"), ("[::1]:1", "::1")],
)
def test_a_peers_host_is_read_from_its_address(address: str, host: str) -> None:
    assert host_of(address) == host


async def test_status_asks_every_peer_and_shows_who_is_silent(twolamps: Twolamps) -> None:
    said = await twolamps("status", "--json")
    assert said.exit_code == 0
    report: dict[str, Any] = json.loads(said.stdout)
    assert {role["role"] for role in report["roles"]} == {"pairing", "notifications"}
    assert not report["ready"]
    silent = {process["host"] for process in report["processes"] if process["silent"]}
    assert silent == {"127.0.0.4", "gateway"}
    shown = (await twolamps("status")).stdout
    assert "Nothing answers" in shown
    assert "twolamps check" in shown


async def test_a_dropped_event_lets_those_behind_it_pass(twolamps: Twolamps, stage: Stage) -> None:
    key = await park(stage, bad=2, last=4)
    assert "ValidationError" in (await twolamps("dlq", "show", key)).stdout
    listed = (await twolamps("dlq", "list", "--reason", "failed")).stdout
    assert "pairing" in listed
    assert "behind" not in listed
    asked = await twolamps("dlq", "drop", "notifications", "pairing", key, 2)
    assert asked.exit_code == 1
    assert "--yes" in asked.stderr
    behind = await twolamps("dlq", "drop", "notifications", "pairing", key, 3, "--yes")
    assert behind.exit_code == 1
    assert "Only what failed can be dropped" in behind.stderr
    assert len(await parked(stage)) == 3
    for said in ("Dropped.", "not there"):
        dropped = await twolamps("dlq", "drop", "notifications", "pairing", key, 2, "--yes")
        assert dropped.exit_code == 0
        assert said in dropped.stdout
    assert await parked(stage) == []


async def test_what_failed_until_it_was_left_to_an_operator_is_applied_by_them_once_its_cause_is_mended(
    twolamps: Twolamps, stage: Stage
) -> None:
    applied: list[UUID] = []
    has_defect = True

    async def apply(events: Sequence[PairingClaimed], tx: Transaction) -> None:
        if has_defect:
            raise ZeroDivisionError
        tx.on_commit(lambda: applied.extend(event.person_id for event in events))

    stage.nodes[1].consumers["pairing"][0].handlers[PairingClaimed] = apply
    key = await park(stage, bad=0, last=3)
    for _ in range(ATTEMPTS):
        failed = await twolamps("dlq", "replay", "notifications", "pairing", key)
        assert failed.exit_code == 1
        assert "It failed again" in failed.stderr
    assert [row.retry_at for row in await list_parked(stage.nodes[1].databases["notifications"])] == [None] * 3
    has_defect = False
    healed = await twolamps("dlq", "replay", "notifications", "pairing", key)
    assert healed.exit_code == 0
    assert "Applied" in healed.stdout
    assert len(applied) == 3
    assert "Nothing is parked" in (await twolamps("dlq", "list")).stdout


async def test_what_failed_is_found_behind_more_that_waits_than_is_listed(twolamps: Twolamps, stage: Stage) -> None:
    key, waiting = await park(stage, bad=1, last=2), uuid4()
    fine = PairingClaimed(pairing_id=uuid4(), person_id=uuid4())
    early = [
        Record("pairing", waiting, seq, 0, fine.ce_type(), datetime.now(UTC), "", fine.body())
        for seq in range(2, MOST_PARKED + 3)
    ]
    await stage.nodes[1].consumers["pairing"][0].handle(early)
    async with stage.nodes[1].databases["notifications"].begin() as tx:
        await tx.execute("UPDATE parked SET parked_at = $1 WHERE key = $2", datetime(2026, 1, 1, tzinfo=UTC), waiting)
    listed = await twolamps("dlq", "list")
    assert listed.stdout.splitlines()[0].split("\t")[2:6] == [str(key), "1", fine.ce_type(), "failed"]
    assert "there may be more" in listed.stderr
    shown = json.loads((await twolamps("dlq", "show", key)).stdout)
    assert [(row["seq"], row["reason"]) for row in shown] == [(1, "failed"), (2, "behind")]
    behind = await twolamps("dlq", "list", "--reason", "behind")
    assert len(behind.stdout.splitlines()) == 1
    assert "there may be more" not in behind.stderr


async def test_a_replay_goes_to_the_services_own_host_and_is_told_until_it_is_sent(
    twolamps: Twolamps, stage: Stage
) -> None:
    key = await park(stage, bad=1, last=1)
    failed = await twolamps("dlq", "replay", "notifications", "pairing", key)
    assert failed.exit_code == 1
    unknown = await twolamps("dlq", "replay", "scheduling", "pairing", key)
    assert "no service scheduling" in unknown.stderr
    async with stage.tables("pairing").begin() as tx:
        await tx.lock([key])
        for _ in range(7):
            tx.record(key, PairingClaimed(pairing_id=uuid4(), person_id=uuid4()))
    sent = await twolamps("replay", "pairing")
    assert sent.exit_code == 0
    assert "7 events of pairing were sent again" in sent.stdout
    assert "Nothing answers" in (await twolamps("replay", "prompts")).stderr


async def test_what_holds_is_told_anew_until_the_last_stream(twolamps: Twolamps, stage: Stage) -> None:
    keys = [uuid4() for _ in range(450)]
    async with stage.tables("pairing").begin() as tx:
        await tx.lock(keys)
        for key in keys:
            tx.record(key, PairingClaimed(pairing_id=uuid4(), person_id=key))
    said = await twolamps("republish")
    assert said.exit_code == 0
    assert "450 streams were told" in said.stdout
    told = [event for event in await stage.recorded("pairing") if isinstance(event, PersonSnapshot)]
    assert sorted(event.person_id for event in told) == sorted(keys)


@pytest.mark.parametrize(
    ("listens", "asked", "answer"),
    [
        ("127.0.0.1", "localhost:8402", 200),
        ("127.0.0.1", "127.0.0.1:8402", 200),
        ("::1", "[::1]:8402", 200),
        ("127.0.0.2", "127.0.0.2:8402", 200),
        ("127.0.0.1", "elsewhere.example:8402", 400),
        ("localhost", "elsewhere.example:8402", 400),
        ("::1", "localhost.elsewhere.example", 400),
        ("0.0.0.0", "pairing:8402", 200),
    ],
)
async def test_on_loopback_the_admin_port_answers_under_no_name_of_elsewhere(
    listens: str, asked: str, answer: int
) -> None:
    async def ok(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("ok")(scope, receive, send)

    transport = httpx.ASGITransport(for_this_machine(ok, listens))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{asked}") as admin:
        assert (await admin.get("/status")).status_code == answer


async def test_nothing_is_changed_for_a_page_in_a_browser(twolamps: Twolamps, stage: Stage) -> None:
    key = await park(stage, bad=1, last=1)
    transport = httpx.ASGITransport(admin_app(stage.nodes[1]))
    async with httpx.AsyncClient(transport=transport, base_url="http://admin") as admin:
        place = f"service=notifications&source=pairing&key={key}&seq=1"
        for method, path in (
            ("DELETE", f"/parked?{place}"),
            ("POST", f"/parked?{place}"),
            ("POST", f"/replay?{place}"),
        ):
            assert (await admin.request(method, path)).status_code == 403
    assert await eventually(lambda: parked(stage)) == [(1, "failed")]
