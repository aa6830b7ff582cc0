"""How does one listen in a process of one's own? `python -m standalone.demo.watcher` follows one person's inbox.

Promises: it goes on right behind what its diary holds; it ends with the process that started it (end of its input).
"""

import argparse
import asyncio
import os
import sys
import threading
from pathlib import Path

from standalone.demo.diary import Diary
from twolamps_client import TokenFile, Twolamps


async def watch(url: str, grpc: str, transport: str, tokens: Path, diary: Diary) -> None:
    """Write every event into the diary, until killed or refused."""
    async with Twolamps(url, grpc=grpc or None, token_store=TokenFile(tokens)) as client:
        async for event in client.watch(transport="grpc" if transport == "grpc" else "sse", cursor_store=diary):
            diary.write(event)


def end_with_parent() -> None:
    """Exit at the end of input."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Watch as the arguments say."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("url", "grpc", "transport", "tokens", "diary"):
        parser.add_argument(f"--{name}", required=True)
    given = parser.parse_args()
    threading.Thread(target=end_with_parent, daemon=True).start()
    asyncio.run(watch(given.url, given.grpc, given.transport, Path(given.tokens), Diary(Path(given.diary))))


if __name__ == "__main__":
    main()
