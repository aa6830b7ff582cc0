"""What does a demo give to look at? Noor and Sam, who lived on it, everything at its time, and found again as they were."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from standalone.demo.own_platform import free_ports, remove, stop
from standalone.demo_couple.couple import Demo, StoryCutShort
from standalone.demo_couple.folder import CLOCK
from standalone.demo_couple.people import BOTH, NOOR, SAM
from standalone.demo_couple.settings import demo_settings
from standalone.up import Platform
from twolamps.notifications.v1.notifications_pb2 import ITEM_STATE_READ, ITEM_STATE_UNREAD, Item
from twolamps.pairing.v1.pairing_pb2 import SHARE_AVAILABILITY, SHARE_FACTS, Couple
from twolamps.prompts.v1.prompts_pb2 import PROMPT_STATE_OPEN, PROMPT_STATE_SEALED, Prompt
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.types.v1.types_pb2 import PARTY_ME
from twolamps_chassis import clock
from twolamps_chassis.settings import Settings
from twolamps_client import Twolamps

FEW_DAYS = 3
WHOLE_WITHIN_S = 60.0
UP = (sys.executable, "-c", "from standalone.cli import app; app()", "up", "--demo")


@dataclass
class Seen:
    """What one of the two sees of it all."""

    couple: Couple = field(default_factory=Couple)
    today: list[Prompt] = field(default_factory=list)
    reveals: list[Prompt] = field(default_factory=list)
    invites: dict[str, pb.Invite] = field(default_factory=dict)
    reminders: dict[str, pb.Reminder] = field(default_factory=dict)
    inbox: list[Item] = field(default_factory=list)


@dataclass
class Lived:
    """A demo after its story, and after it was started once more."""

    days: list[int] = field(default_factory=list)
    clock: str = ""
    first: dict[str, Seen] = field(default_factory=dict)
    again: dict[str, Seen] = field(default_factory=dict)
    lived_already: bool = False


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where demos keep their data; the clusters, which for root lie elsewhere, are removed after it."""
    folder = tmp_path_factory.mktemp("demo")
    yield folder
    for each in folder.iterdir():
        remove(each)


@pytest.fixture(scope="module")
def lived(folder: Path) -> Lived:
    """Three days instead of three weeks."""
    settings, told = a_demo(folder / "few" / "data"), Lived()

    async def live() -> None:
        demo = Demo.prepare(settings, FEW_DAYS)
        platform = await Platform.start(settings)
        try:
            await demo.live(platform, told.days.append)
            told.first = await look(platform.http_port)
        finally:
            await platform.stop()

    async def start_again() -> None:
        told.lived_already = Demo.prepare(settings).lived
        platform = await Platform.start(settings)
        try:
            told.again = await look(platform.http_port)
        finally:
            await platform.stop()

    try:
        asyncio.run(live())
        told.clock = (settings.data / CLOCK).read_text()
        asyncio.run(start_again())
    finally:
        clock.use_clock_file(None, "test")
    return told


def a_demo(data: Path) -> Settings:
    """Settings of a demo on free ports."""
    return demo_settings(Settings(data=data, http_port=0, grpc_port=0, admin_port=0), beyond_loopback=False)


async def look(port: int) -> dict[str, Seen]:
    """What each of the two sees, by name, signed in with the password that is printed."""
    seen: dict[str, Seen] = {}
    for who in BOTH:
        async with Twolamps(f"http://127.0.0.1:{port}") as client:
            await client.sign_in(who.mail, who.password)
            seen[who.name] = Seen(
                couple=(await client.pairing.get_couple()).couple,
                today=list((await client.prompts.get_today()).prompts),
                reveals=[prompt async for prompt in client.prompts.all_reveals()],
                invites={invite.title: invite async for invite in client.scheduling.all_invites()},
                reminders={reminder.title: reminder async for reminder in client.scheduling.all_reminders()},
                inbox=[item async for item in client.notifications.all_inbox()],
            )
    return seen


def test_the_days_are_told_one_by_one_and_the_clock_ends_at_this_machines_time(lived: Lived) -> None:
    assert sorted(set(lived.days)) == [1, 2, 3]
    assert lived.days == sorted(lived.days)
    assert lived.clock == "0.0"


def test_the_two_are_a_couple_that_shares(lived: Lived) -> None:
    couple = lived.first["Noor"].couple
    assert couple.partner.display_name == "Sam"
    assert couple.calendar.zone == NOOR.zone
    mine = {state.share: (state.granted_by_me, state.active) for state in couple.shares}
    assert mine[SHARE_AVAILABILITY] == (True, True)
    assert mine[SHARE_FACTS][0]


def test_each_day_opened_with_the_words_of_both_on_that_day(lived: Lived) -> None:
    for who in BOTH:
        reveals = lived.first[who.name].reveals
        assert len(reveals) == len({reveal.day for reveal in reveals}) == FEW_DAYS
        for reveal in reveals:
            assert reveal.my_answer
            assert reveal.partner_answer
            assert reveal.revealed_at.ToDatetime(UTC).date().isoformat() == reveal.day


def test_todays_prompt_is_open_and_a_light_was_left_on_another(lived: Lived) -> None:
    noors, sams = lived.first["Noor"].today, lived.first["Sam"].today
    assert [prompt.state for prompt in noors] == [PROMPT_STATE_OPEN] * 3
    assert [prompt.light_left_by_partner for prompt in noors].count(True) == 1
    assert not noors[0].light_left_by_partner
    assert not any(prompt.partner_answer for prompt in noors)
    assert sams[0].state == PROMPT_STATE_OPEN
    assert [prompt.state for prompt in sams].count(PROMPT_STATE_SEALED) == 1


def test_one_invite_waits_for_noor_and_one_is_agreed(lived: Lived) -> None:
    invites = lived.first["Noor"].invites
    dance, visit = invites["A dance class, both screens on"], invites["Sam lands, tea on the balcony"]
    assert (dance.state, dance.turn, len(dance.history)) == (pb.INVITE_STATE_OPEN, PARTY_ME, 2)
    assert visit.state == pb.INVITE_STATE_ACCEPTED
    assert min(dance.starts_at.ToDatetime(UTC), visit.starts_at.ToDatetime(UTC)) > datetime.now(UTC)


def test_one_reminder_rings_and_one_is_offered(lived: Lived) -> None:
    reminders = lived.first["Noor"].reminders
    assert [ring.state for ring in reminders["Take the bread out of the freezer"].rings] == [pb.RING_STATE_RINGING]
    assert reminders["Pick up the parcel at number fourteen"].offer == pb.OFFER_STATE_OFFERED


def test_the_inbox_is_partly_read_in_order_and_nothing_in_it_came_late(lived: Lived) -> None:
    for who in BOTH:
        inbox = lived.first[who.name].inbox
        assert {item.state for item in inbox} == {ITEM_STATE_READ, ITEM_STATE_UNREAD}
        assert not any(item.facts.late for item in inbox)
        times = [item.created_at.ToDatetime(UTC) for item in inbox]
        assert times == sorted(times, reverse=True)
        assert (times[0] - times[-1]).days >= FEW_DAYS - 1
    waits = {item.kind for item in lived.first["Noor"].inbox if item.state == ITEM_STATE_UNREAD}
    assert waits >= {"light_left", "invite_countered", "reminder_offered", "reminder_rang", "prompts_dealt"}


def test_a_second_start_lives_nothing_anew_and_keeps_everything(lived: Lived) -> None:
    assert lived.lived_already
    assert lived.again == lived.first


async def test_a_story_that_is_cut_short_is_begun_anew(folder: Path) -> None:
    settings = a_demo(folder / "cut" / "data")
    demo = Demo.prepare(settings, FEW_DAYS)
    platform = await Platform.start(settings)

    def cut(day: int) -> None:
        if day == 2:
            living.cancel()

    living = asyncio.create_task(demo.live(platform, cut))
    try:
        with pytest.raises(StoryCutShort, match="begins them anew"):
            await living
    finally:
        await platform.stop()
        clock.use_clock_file(None, "test")
    assert not Demo.prepare(settings, FEW_DAYS).lived
    assert {entry.name for entry in settings.data.iterdir()} == {"demo-couple.json", CLOCK}


def test_the_command_lives_the_whole_three_weeks_within_a_minute(folder: Path) -> None:
    data, (http, grpc, admin) = folder / "whole" / "data", free_ports(3)
    ports = {"TWOLAMPS_HTTP_PORT": str(http), "TWOLAMPS_GRPC_PORT": str(grpc), "TWOLAMPS_ADMIN_PORT": str(admin)}
    output = folder / "whole" / "output"
    output.parent.mkdir()
    with ExitStack() as undo:
        begun = time.monotonic()
        with output.open("wb") as file:
            process = subprocess.Popen(UP, env=os.environ | ports | {"TWOLAMPS_DATA": str(data)}, stdout=file)
        undo.callback(stop, process)
        while "Ctrl-C" not in (said := output.read_text()):
            assert process.poll() is None, said
            assert time.monotonic() - begun < WHOLE_WITHIN_S, said
            time.sleep(0.1)
        print(f"up and lived after {time.monotonic() - begun:.1f} s")
        links = re.findall(r"https?://\S+", said)
        assert links == [f"http://127.0.0.1:{http}/"]
        assert all(who.mail in said and who.password in said for who in (NOOR, SAM))
        seen = asyncio.run(look(http))
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert len(seen["Noor"].reveals) >= 16
    assert {invite.state for invite in seen["Noor"].invites.values()} == set(pb.InviteState.values()[1:])
    assert not any(item.facts.late for person in seen.values() for item in person.inbox)
