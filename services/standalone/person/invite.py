"""`twolamps invite`: propose time together, and answer what the other proposes; times are on your own wall clock."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text

from standalone.person.calling import live, own_zone
from standalone.person.choosing import SHORT, the_one
from standalone.person.times import read_duration, read_moment, shown_span, zone_of
from standalone.person.voice import Json, Unmet, Url, Voice, plain
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.types.v1.types_pb2 import PARTY_ME
from twolamps_client import Twolamps

STATES = {
    pb.INVITE_STATE_OPEN: "waits for the other",
    pb.INVITE_STATE_ACCEPTED: "accepted",
    pb.INVITE_STATE_DECLINED: "declined",
    pb.INVITE_STATE_CANCELLED: "cancelled",
    pb.INVITE_STATE_EXPIRED: "expired",
}
Which = Annotated[str, typer.Argument(metavar="INVITE", help="its id in twolamps invite list, or the beginning of it")]
At = Annotated[str, typer.Option(help="2027-05-01 19:00, today 19:00 or tomorrow 19:00; also with an offset")]
Duration = Annotated[str, typer.Option(help="45m, 2h or 1h30m")]
Zone = Annotated[str, typer.Option(help="IANA zone of --at; without it that of your profile", show_default=False)]
Act = Callable[[Twolamps, pb.Invite, ZoneInfo], Awaitable[pb.Invite]]

invite = typer.Typer(no_args_is_help=True, help="Time together: propose, accept, counter, decline, cancel.")


@invite.command("list")
def list_invites(url: Url = "", as_json: Json = False) -> None:
    """Every invite of you two, newest first."""
    live(url, Voice(as_json), _list)


@invite.command()
def new(
    title: Annotated[str, typer.Option(help="what you propose")],
    at: At,
    duration: Duration = "1h",
    zone: Zone = "",
    note: Annotated[str, typer.Option(help="more words for the other")] = "",
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Propose time together; the other is told, and answers."""

    async def propose(client: Twolamps, voice: Voice) -> None:
        own = await own_zone(client)
        named = zone_of(zone) if zone else own
        starts_at, lasts = read_moment(at, named), read_duration(duration)
        made = await client.scheduling.create_invite(
            title=title, note=note, starts_at=starts_at, duration=lasts, zone=named.key
        )
        _tell(voice, made.invite, own)

    live(url, Voice(as_json), propose)


@invite.command()
def accept(
    which: Which,
    yes: Annotated[bool, typer.Option("--yes", help="do not ask, whatever time stands")] = False,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Say yes to the time that stands."""
    voice = Voice(as_json)

    async def act(client: Twolamps, found: pb.Invite, own: ZoneInfo) -> pb.Invite:
        if not yes and not voice.ask(f"{_line(found, own)}. Do you accept it?"):
            raise Unmet("Nothing was answered.")
        return (await client.scheduling.accept_invite(found.id, sequence=found.sequence)).invite

    live(url, voice, partial(_answer, which=which, act=act))


@invite.command()
def counter(
    which: Which, at: At, duration: Duration = "", zone: Zone = "", url: Url = "", as_json: Json = False
) -> None:
    """Offer another time; without --duration it lasts as long."""

    async def act(client: Twolamps, found: pb.Invite, own: ZoneInfo) -> pb.Invite:
        starts_at = read_moment(at, zone_of(zone) if zone else own)
        lasts = found.ends_at.ToDatetime() - found.starts_at.ToDatetime()
        answer = await client.scheduling.counter_invite(
            found.id,
            sequence=found.sequence,
            starts_at=starts_at,
            duration=read_duration(duration) if duration else lasts,
        )
        return answer.invite

    live(url, Voice(as_json), partial(_answer, which=which, act=act))


@invite.command()
def decline(which: Which, url: Url = "", as_json: Json = False) -> None:
    """Say no; no reason is asked."""

    async def act(client: Twolamps, found: pb.Invite, _own: ZoneInfo) -> pb.Invite:
        return (await client.scheduling.decline_invite(found.id, sequence=found.sequence)).invite

    live(url, Voice(as_json), partial(_answer, which=which, act=act))


@invite.command()
def cancel(which: Which, url: Url = "", as_json: Json = False) -> None:
    """Take back what you proposed, or cancel what you two agreed on."""

    async def act(client: Twolamps, found: pb.Invite, _own: ZoneInfo) -> pb.Invite:
        return (await client.scheduling.cancel_invite(found.id, sequence=found.sequence)).invite

    live(url, Voice(as_json), partial(_answer, which=which, act=act))


async def _list(client: Twolamps, voice: Voice) -> None:
    found, own = [each async for each in client.scheduling.all_invites()], await own_zone(client)
    voice.give(found)
    if not found:
        voice.say("There are no invites. Next: twolamps invite new --title ... --at ...")
        return
    table = Table(box=None)
    for name in ("invite", "what", "when", "how it stands"):
        table.add_column(name, overflow="fold")
    for each in found:
        when = shown_span(each.starts_at, each.ends_at, own)
        table.add_row(each.id[:SHORT], Text(plain(each.title)), when, _state(each))
    voice.show(table)


async def _answer(client: Twolamps, voice: Voice, which: str, act: Act) -> None:
    found = the_one([each async for each in client.scheduling.all_invites()], which, "twolamps invite list")
    own = await own_zone(client)
    _tell(voice, await act(client, found, own), own)


def _tell(voice: Voice, after: pb.Invite, own: ZoneInfo) -> None:
    voice.say(f"{_line(after, own)}: {_state(after)}. ({after.id[:SHORT]})")
    voice.give(after)


def _line(each: pb.Invite, own: ZoneInfo) -> str:
    return f"“{plain(each.title)}”, {shown_span(each.starts_at, each.ends_at, own)} ({own.key})"


def _state(each: pb.Invite) -> str:
    waits_for_me = each.state == pb.INVITE_STATE_OPEN and each.turn == PARTY_ME
    return "waits for you" if waits_for_me else STATES.get(each.state, "")
