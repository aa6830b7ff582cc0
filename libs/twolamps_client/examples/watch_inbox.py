"""How does an app follow an inbox and go on after a restart? Over SSE, then over gRPC, from a cursor kept in a file."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pair_two_people import new_person, pair  # type: ignore[import-not-found]  # the example beside this one

from twolamps_client import Change, FileCursor, Ready, Reload, Twolamps


async def invite(ada: Twolamps, title: str) -> str:
    """Propose two hours, three days from now; the id of the invite."""
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    answer = await ada.scheduling.create_invite(title=title, starts_at=starts_at, duration=timedelta(hours=2))
    return answer.invite.id


async def watch_until(
    ben: Twolamps, invite_id: str, transport: Literal["sse", "grpc"], cursor: FileCursor
) -> list[str]:
    """Handle events until the news of that invite; ids of the items seen."""
    seen = []
    async with asyncio.timeout(30), ben.watch(transport=transport, cursor_store=cursor) as events:
        async for event in events:
            match event:
                case Ready():
                    print(f"  listening over {transport}")
                case Reload(reason=reason):
                    print(f"  the history is gone ({reason}); reading the inbox anew")
                    await events.go_on_from((await ben.notifications.list_inbox()).cursor)
                case Change(item=item):
                    print(f"  {item.kind}: {item.text}")
                    seen.append(item.id)
                    if item.subject.id == invite_id:
                        break
    return seen


async def main() -> None:
    """Ben listens, is away while Ada goes on, and comes back over another transport: every item once."""
    with tempfile.TemporaryDirectory() as folder:
        cursor = FileCursor(Path(folder) / "ben.cursor")
        async with new_person("Ada", "Europe/Berlin") as ada, new_person("Ben", "America/New_York") as ben:
            await pair(ada, ben)
            cursor.save((await ben.notifications.list_inbox()).cursor)
            first = await watch_until(ben, await invite(ada, "A walk by the river"), "sse", cursor)
            print("Ben is away.")
            await invite(ada, "Breakfast on the balcony")
            second = await watch_until(ben, await invite(ada, "An evening without screens"), "grpc", cursor)
            if len(second) < 2 or set(first) & set(second):
                raise SystemExit(f"not every item came once: {first} {second}")


if __name__ == "__main__":
    asyncio.run(main())
