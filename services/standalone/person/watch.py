"""`twolamps watch`: your inbox, live. On a terminal as a view that is drawn anew, else a line each, with --json as JSON lines.

Promises: through every interruption each change is shown once; while nothing is heard, the view says so.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from standalone.person.calling import live, own_zone
from standalone.person.times import shown
from standalone.person.voice import Json, Url, Voice, data, plain
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps_client import Change, Event, Ready, Reload, Twolamps, Watch

OPS = {pb.OP_ADDED: "new", pb.OP_CHANGED: "changed", pb.OP_REMOVED: "taken back"}
DRAW_S, MOST = 0.5, 20


def watch(
    cursor: Annotated[str, typer.Option(help="with --json: go on behind this cursor of an earlier line")] = "",
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Follow your inbox until Ctrl-C."""
    voice = Voice(as_json)
    if as_json:
        live(url, voice, partial(_as_json, cursor=cursor))
    else:
        live(url, voice, _as_view if voice.words.is_terminal else _as_lines)


@dataclass
class View:
    """The newest items of an inbox, by id, oldest first."""

    zone: ZoneInfo
    items: dict[str, pb.Item] = field(default_factory=dict)

    def read(self, inbox: pb.ListInboxResponse) -> None:
        """Begin anew with what is there."""
        self.items = {item.id: item for item in reversed(inbox.items)}

    def take(self, change: Change) -> None:
        """What a change does to it."""
        if change.op == pb.OP_REMOVED:
            self.items.pop(change.item.id, None)
        else:
            self.items[change.item.id] = change.item

    def drawn(self, connected: bool) -> Group:
        """As it looks now."""
        table = Table(box=None)
        table.add_column("when")
        table.add_column("what", overflow="fold")
        for item in list(reversed(self.items.values()))[:MOST]:
            unread = item.state == pb.ITEM_STATE_UNREAD
            table.add_row(shown(item.created_at, self.zone), Text(_line(item, self.zone), "bold" if unread else ""))
        heard = Text("Listening. Ctrl-C ends it.", "green") if connected else Text(
            "Not connected; what happens meanwhile is shown as soon as the platform answers.", "yellow"
        )  # fmt: skip
        return Group(table, Text(), heard)


async def _as_view(client: Twolamps, voice: Voice) -> None:
    view, inbox = View(await own_zone(client)), await client.notifications.list_inbox(page_size=MOST)
    view.read(inbox)
    async with client.watch(cursor=inbox.cursor) as events:
        with Live(console=voice.words, auto_refresh=False) as screen:
            drawing = asyncio.create_task(_draw(screen, view, events))
            try:
                async for event in events:
                    if isinstance(event, Change):
                        view.take(event)
                    elif isinstance(event, Reload):
                        view.read(inbox := await client.notifications.list_inbox(page_size=MOST))
                        await events.go_on_from(inbox.cursor)
            finally:
                drawing.cancel()
                with suppress(asyncio.CancelledError):
                    await drawing


async def _draw(screen: Live, view: View, events: Watch) -> None:
    while True:
        screen.update(view.drawn(events.connected), refresh=True)
        await asyncio.sleep(DRAW_S)


async def _as_lines(client: Twolamps, voice: Voice) -> None:
    zone = await own_zone(client)
    async with client.watch() as events:
        async for event in events:
            if isinstance(event, Ready):
                voice.say("Listening.")
            elif isinstance(event, Change):
                told = f"{shown(event.item.created_at, zone)}  {_line(event.item, zone)}" if event.item.kind else ""
                voice.say(f"{OPS.get(event.op, '')}: {told or event.item.id}")
            else:
                voice.say("What came before cannot be told here any more; the inbox has it.")
                await events.go_on_from((await client.notifications.list_inbox(page_size=1)).cursor)


async def _as_json(client: Twolamps, voice: Voice, cursor: str) -> None:
    async with client.watch(cursor=cursor) as events:
        async for event in events:
            print(json.dumps(_stated(event), ensure_ascii=False), flush=True)
            if isinstance(event, Reload):
                await events.go_on_from((await client.notifications.list_inbox(page_size=1)).cursor)


def _stated(event: Event) -> dict[str, object]:
    """An event as the API's stream has it, with its name and cursor."""
    if isinstance(event, Change):
        return {"event": "change", "cursor": event.cursor, "op": pb.Op.Name(event.op), "item": data(event.item)}
    if isinstance(event, Reload):
        return {"event": "reload", "cursor": event.cursor, "reason": event.reason}
    return {"event": "ready", "cursor": event.cursor}


def _line(item: pb.Item, zone: ZoneInfo) -> str:
    """The neutral words of an item, and when it is about."""
    about = shown(item.facts.starts_at, zone) if item.facts.HasField("starts_at") else ""
    return f"{plain(item.text)} ({about})" if about else plain(item.text)
