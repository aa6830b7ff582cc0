"""Does a process that is killed while it listens leave a place from which the next one goes on?"""

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps_client import TokenFile, Twolamps
from twolamps_client.tests.scripted_platform import Platform

LISTENER = """
import asyncio, sys
from twolamps_client import Change, FileCursor, TokenFile, Twolamps

async def main(url, grpc, folder, transport):
    async with Twolamps(url, grpc=grpc, token_store=TokenFile(f"{folder}/tokens")) as client:
        async for event in client.watch(transport=transport, cursor_store=FileCursor(f"{folder}/cursor")):
            if isinstance(event, Change):
                print(event.item.id, flush=True)
                await asyncio.sleep(0.01)

asyncio.run(main(*sys.argv[1:]))
"""


async def life(platform: Platform, folder: Path, transport: str, until: str) -> list[str]:
    """What one process handled, with what it wrote before SIGKILL reached it."""
    arguments = ["-c", LISTENER, platform.url, platform.grpc_address, str(folder), transport]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    handled: list[str] = []
    async with asyncio.timeout(20):
        while until not in handled:
            handled.append((await process.stdout.readline()).decode().strip())
    process.send_signal(signal.SIGKILL)
    handled += (await process.stdout.read()).decode().split()
    await process.wait()
    return handled


@pytest.mark.parametrize("transport", ["sse", "grpc"])
async def test_three_lives_handle_everything_and_repeat_at_most_what_was_in_hand(
    platform: Platform, tmp_path: Path, transport: str
) -> None:
    ids = [f"item-{seq}" for seq in range(1, 31)]
    platform.log = [
        pb.WatchResponse(cursor=f"c{seq}", change=pb.Change(op=pb.OP_ADDED, item=pb.Item(id=id)))
        for seq, id in enumerate(ids, 1)
    ]
    async with Twolamps(platform.url, token_store=TokenFile(tmp_path / "tokens")) as client:
        await client.sign_in("ada@example.org", "a long password")
    lives = [await life(platform, tmp_path, transport, until) for until in ("item-7", "item-19", "item-30")]
    handled = lives[0]
    for later in lives[1:]:
        handled = handled[:-1] + later if later[0] == handled[-1] else handled + later
    assert handled == ids
