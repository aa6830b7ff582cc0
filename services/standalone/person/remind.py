"""`twolamps remind`: reminders for me, for the other, for both or for either; they ring on the wall clock of their zone."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import typer
from rich.table import Table
from rich.text import Text

from standalone.person.calling import live, own_zone
from standalone.person.choosing import SHORT, the_one
from standalone.person.times import LOCAL, read_duration, read_local, shown, zone_of
from standalone.person.voice import Json, Url, Voice, plain
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.types.v1.types_pb2 import PARTY_ME
from twolamps_client import Twolamps

Whom = Literal["me", "you", "both", "either"]
AUDIENCES = {
    "me": pb.AUDIENCE_ME, "you": pb.AUDIENCE_YOU, "both": pb.AUDIENCE_BOTH, "either": pb.AUDIENCE_EITHER,
}  # fmt: skip
NAMES = {number: word for word, number in AUDIENCES.items()}
OFTEN = ("daily", "weekly", "monthly", "yearly")
RINGING = (pb.RING_STATE_RINGING, pb.RING_STATE_SNOOZED)
Which = Annotated[
    str, typer.Argument(metavar="REMINDER", help="its id in twolamps remind list, or the beginning of it")
]
Occurrence = Annotated[
    str, typer.Option(help="which time of it, as 2027-05-01 08:00; without it the one that rings", show_default=False)
]
Act = Callable[[Twolamps, pb.Reminder], Awaitable[pb.Reminder]]

remind = typer.Typer(no_args_is_help=True, help="Reminders: for me, for the other, for both.")


@remind.command("list")
def list_reminders(
    everything: Annotated[bool, typer.Option("--all", help="also those that have ended")] = False,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Your reminders and those of you two."""
    live(url, Voice(as_json), partial(_list, everything=everything))


@remind.command()
def new(
    title: Annotated[str, typer.Option(help="what it is about")],
    at: Annotated[str, typer.Option(help="the first time: 2027-05-01 08:00, today 19:00 or tomorrow 08:00")],
    whom: Annotated[Whom, typer.Option("--for", help="whom it rings for; the other is asked first")] = "me",
    repeat: Annotated[str, typer.Option(help="daily, weekly, monthly, yearly, or an RRULE such as FREQ=DAILY")] = "",
    lead: Annotated[str, typer.Option(help="how long before it rings for you, such as 10m")] = "",
    zone: Annotated[str, typer.Option(help="IANA zone; without it that of your profile", show_default=False)] = "",
    note: Annotated[str, typer.Option(help="more words")] = "",
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Make a reminder."""

    async def make(client: Twolamps, voice: Voice) -> None:
        own = await own_zone(client)
        named = zone_of(zone) if zone else own
        made = await client.scheduling.create_reminder(
            title=title, note=note, audience=AUDIENCES[whom], zone=named.key,
            first=read_local(at, named).strftime(LOCAL),
            rrule=f"FREQ={repeat.upper()}" if repeat.lower() in OFTEN else repeat,
            lead=read_duration(lead) if lead else timedelta(),
        )  # fmt: skip
        _tell(voice, made.reminder, own)

    live(url, Voice(as_json), make)


@remind.command()
def done(which: Which, occurrence: Occurrence = "", url: Url = "", as_json: Json = False) -> None:
    """It is done: it rings no more, for you, or for both where either may do it."""

    async def act(client: Twolamps, found: pb.Reminder) -> pb.Reminder:
        at = _occurrence(occurrence, found)
        return (await client.scheduling.complete_reminder(found.id, occurrence=at)).reminder

    live(url, Voice(as_json), partial(_act, which=which, act=act))


@remind.command()
def snooze(
    which: Which,
    lasting: Annotated[str, typer.Option("--for", help="how long, from 1m to 7d")] = "10m",
    occurrence: Occurrence = "",
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Ring again later, for you alone."""

    async def act(client: Twolamps, found: pb.Reminder) -> pb.Reminder:
        at, wait = _occurrence(occurrence, found), read_duration(lasting)
        return (await client.scheduling.snooze_reminder(found.id, occurrence=at, duration=wait)).reminder

    live(url, Voice(as_json), partial(_act, which=which, act=act))


@remind.command()
def skip(which: Which, occurrence: Occurrence = "", url: Url = "", as_json: Json = False) -> None:
    """Leave one time out, for you alone."""

    async def act(client: Twolamps, found: pb.Reminder) -> pb.Reminder:
        at = _occurrence(occurrence, found)
        return (await client.scheduling.skip_reminder(found.id, occurrence=at)).reminder

    live(url, Voice(as_json), partial(_act, which=which, act=act))


@remind.command()
def accept(which: Which, url: Url = "", as_json: Json = False) -> None:
    """Say yes to a reminder that the other offers you; from then on it rings for you."""

    async def act(client: Twolamps, found: pb.Reminder) -> pb.Reminder:
        return (await client.scheduling.accept_reminder(found.id)).reminder

    live(url, Voice(as_json), partial(_act, which=which, act=act))


@remind.command()
def decline(which: Which, url: Url = "", as_json: Json = False) -> None:
    """Say no to a reminder that the other offers you; to them it looks like waiting."""

    async def act(client: Twolamps, found: pb.Reminder) -> pb.Reminder:
        return (await client.scheduling.decline_reminder(found.id)).reminder

    live(url, Voice(as_json), partial(_act, which=which, act=act))


@remind.command()
def cancel(which: Which, url: Url = "", as_json: Json = False) -> None:
    """Stop a reminder: one you made for everybody, one of the other's for yourself."""

    async def act(client: Twolamps, found: pb.Reminder) -> pb.Reminder:
        return (await client.scheduling.cancel_reminder(found.id)).reminder

    live(url, Voice(as_json), partial(_act, which=which, act=act))


async def _list(client: Twolamps, voice: Voice, everything: bool) -> None:
    found, own = [each async for each in client.scheduling.all_reminders()], await own_zone(client)
    found = [each for each in found if everything or each.rings or _is_offered(each)]
    voice.give(found)
    if not found:
        voice.say("There are no reminders. Next: twolamps remind new --title ... --at ...")
        return
    table = Table(box=None)
    for name in ("reminder", "what", "for", "when", "how it stands"):
        table.add_column(name, overflow="fold")
    for each in found:
        whom = (
            NAMES.get(each.audience, "")
            if each.made_by == PARTY_ME
            else f"{NAMES.get(each.audience, '')}, by the other"
        )
        table.add_row(each.id[:SHORT], Text(plain(each.title)), whom, _when(each, own), _state(each))
    voice.show(table)


async def _act(client: Twolamps, voice: Voice, which: str, act: Act) -> None:
    found = the_one([each async for each in client.scheduling.all_reminders()], which, "twolamps remind list")
    _tell(voice, await act(client, found), await own_zone(client))


def _tell(voice: Voice, after: pb.Reminder, own: ZoneInfo) -> None:
    told = ", ".join(filter(None, (_when(after, own), _state(after))))
    voice.say(f"“{plain(after.title)}”: {told}. ({after.id[:SHORT]})")
    voice.give(after)


def _occurrence(typed: str, found: pb.Reminder) -> str:
    return read_local(typed, zone_of(found.zone)).strftime(LOCAL) if typed else ""


def _when(each: pb.Reminder, own: ZoneInfo) -> str:
    """When it rings for me next, on my own wall clock."""
    due = [ring.due_at for ring in each.rings if ring.state in (*RINGING, pb.RING_STATE_PENDING)]
    return shown(min(due, key=lambda at: at.ToDatetime()), own) if due else ""


def _is_offered(each: pb.Reminder) -> bool:
    return each.offer == pb.OFFER_STATE_OFFERED and not each.cancelled


def _state(each: pb.Reminder) -> str:
    if each.cancelled:
        return "stopped"
    if any(ring.state == pb.RING_STATE_RINGING for ring in each.rings):
        return "it is time"
    if any(ring.state == pb.RING_STATE_SNOOZED for ring in each.rings):
        return "snoozed"
    if _is_offered(each):
        return "waits for the other" if each.made_by == PARTY_ME else "waits for your yes"
    return "" if any(ring.state == pb.RING_STATE_PENDING for ring in each.rings) else "nothing is to come"
