"""How do two people live an evening on a platform that keeps being killed? As always: their clients try again.

Promises: every command is sent under one key until it is answered, some by two twins at once; what was acknowledged, what
each should have been told, and every byte received are noted for the checks. The clock is moved between phases only.
"""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from tests.checks import Act, Notice, Reply, Sealed
from tests.people import PASSWORD, midday_zone
from tests.platform_process import RunningPlatform
from twolamps.notifications.v1 import notifications_pb2 as inbox_pb
from twolamps.pairing.v1 import pairing_pb2 as pairing_pb
from twolamps.prompts.v1 import prompts_pb2 as prompts_pb
from twolamps.scheduling.v1 import scheduling_pb2 as scheduling_pb
from twolamps_chassis.log_cursor import decode_cursor
from twolamps_client import Change, NotConnected, Patience, Reload, Twolamps, TwolampsError

STUBBORN = Patience(
    deadline=timedelta(minutes=5), attempts=10_000,
    first_wait=timedelta(milliseconds=40), longest_wait=timedelta(milliseconds=250),
)  # fmt: skip
TOLD_WITHIN_S, FIRST_IN = 60.0, timedelta(minutes=30)
OPS: dict[int, Literal["added", "changed", "removed"]] = {1: "added", 2: "changed", 3: "removed"}
About = tuple[str, ...]


@dataclass
class History:
    """What was seen of a platform's evenings. `acknowledged` names each thing as it must be found at the end."""

    acts: list[Act] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    secrets: list[Sealed] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    expected: defaultdict[str, list[About]] = field(default_factory=lambda: defaultdict(list))
    due_at: dict[About, datetime] = field(default_factory=dict)
    acknowledged: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    reloads: list[str] = field(default_factory=list)
    grown: asyncio.Event = field(default_factory=asyncio.Event)

    def of(self, person: str) -> list[Notice]:
        """One person's notices, in the order in which they came."""
        return [notice for notice in self.notices if notice.person == person]


class Lamp(Twolamps):
    """A person's client that notes what it sends and receives."""

    def __init__(self, platform: RunningPlatform, name: str, history: History) -> None:
        super().__init__(platform.url, grpc=platform.grpc, patience=STUBBORN)
        self.name, self.history, self.mail = name, history, f"{uuid4().hex}@example.org"

    async def call(self, method: Any, request: Any, *, idempotency_key: str | None = None) -> Any:
        """As the client's, noted."""
        key, sent = idempotency_key or str(uuid4()), f"{method.name} {request}".encode()
        try:
            answer = await super().call(method, request, idempotency_key=key)
        except TwolampsError as error:
            outcome: Literal["refused", "unknown"] = "unknown" if error.status in (0, 503, 504) else "refused"
            self.history.acts.append(Act(self.name, key, sent, outcome))
            self._hear(f"{error.reason} {error.detail} {error.fields}".encode())
            raise
        self.history.acts.append(Act(self.name, key, sent, "ok", answer.SerializeToString(deterministic=True)))
        self._hear(answer.SerializeToString())
        self.history.grown.set()
        return answer

    async def follow(self, transport: Literal["sse", "grpc"], cursor: str) -> None:
        """Listen from there until cancelled."""
        async for event in self.watch(transport=transport, cursor=cursor):
            if isinstance(event, Reload):
                self.history.reloads.append(f"{self.name}: {event.reason}")
            elif isinstance(event, Change):
                self._hear(event.item.SerializeToString())
                self.history.notices.append(noticed(self.name, event))

    async def told(self, *about: About) -> None:
        """Wait until I have been told all this, which I should be."""
        self.history.expected[self.name] += about
        deadline = time.monotonic() + TOLD_WITHIN_S
        while missing := set(about) - {notice.about for notice in self.history.of(self.name)}:
            if time.monotonic() > deadline:
                items = [item async for item in self.notifications.all_inbox()]
                inbox = {(item.kind, item.subject.id, item.facts.occurrence or item.facts.day) for item in items}
                raise AssertionError(f"{self.name} was not told {missing}; the inbox has {missing & inbox}")
            await asyncio.sleep(0.02)

    def _hear(self, data: bytes) -> None:
        self.history.replies.append(Reply(self.name, time.monotonic(), data))


@dataclass
class Evening:
    """Two people on a platform, phase by phase."""

    platform: RunningPlatform
    history: History
    chance: random.Random
    number: int
    open: AsyncExitStack = field(default_factory=AsyncExitStack)
    days: list[str] = field(default_factory=list)

    async def meet(self) -> None:
        """Sign up, listen, pair, share, make the daily reminder that both want."""
        self.ann, self.sam = [
            await self.open.enter_async_context(Lamp(self.platform, f"{name}{self.number}", self.history))
            for name in ("Ann", "Sam")
        ]
        self.zone = midday_zone(self.platform)
        await asyncio.gather(*(self._arrive(*each) for each in ((self.ann, "grpc"), (self.sam, "sse"))))
        code = (await self.twice(self.ann.pairing.create_pairing_code)).code
        pairing = (await self.twice(self.sam.pairing.claim_pairing, code=code)).pairing
        await self.ann.told(("pairing_claimed", pairing.id))
        await asyncio.gather(*(each.pairing.confirm_pairing(pairing.id) for each in self.both))
        couple = (await self.ann.pairing.get_couple()).couple
        await asyncio.gather(*(each.told(("couple_formed", couple.id)) for each in self.both))
        shares = [pairing_pb.SHARE_AVAILABILITY, pairing_pb.SHARE_MEMORIES]
        await asyncio.gather(*(each.pairing.set_shares(shares=shares) for each in self.both))
        self.first = (self.now() + FIRST_IN).astimezone(ZoneInfo(self.zone)).replace(microsecond=0, tzinfo=None)
        made = await self.twice(
            self.ann.scheduling.create_reminder, title="Good night", audience=scheduling_pb.AUDIENCE_BOTH,
            first=self.first.isoformat(), zone=self.zone, rrule="FREQ=DAILY",
        )  # fmt: skip
        self.reminder = made.reminder.id
        await self.sam.told(("reminder_offered", self.reminder))
        await self.twice(self.sam.scheduling.accept_reminder, reminder_id=self.reminder)
        await self.ann.told(("reminder_accepted", self.reminder))
        self.history.acknowledged[self.ann.name][f"reminder {self.reminder}"] = "accepted"

    async def answer(self) -> None:
        """Answer the day's three prompts: at the same moment, one after the other, and after a light."""
        for each in self.both:
            today = await self.today(each)
            await each.told(("prompts_dealt", today.prompts[0].id, today.day))
        if today.day in self.days:
            return
        self.days.append(today.day)
        for manner, prompt in enumerate(today.prompts):
            first, second = self.chance.sample(self.both, 2)
            texts = {each: f"{each.name} {uuid4().hex}" for each in self.both}
            for each, other in ((first, second), (second, first)):
                self.history.secrets.append(Sealed(other.name, each.name, texts[other].encode()))
            if manner == 0:
                await asyncio.gather(*(self.seal(each, prompt.id, texts[each]) for each in self.both))
            else:
                await self.seal(first, prompt.id, texts[first], light=manner == 2)
                if manner == 2:
                    await second.told(("light_left", prompt.id, today.day))
                await self.seal(second, prompt.id, texts[second])
            for each in self.both:
                await each.told(("answers_revealed", prompt.id, today.day))
                self.history.acknowledged[each.name][f"answer {prompt.id}"] = texts[each]

    async def plan(self) -> None:
        """One proposes, the other counters, the first accepts; now and then it is declined or cancelled instead."""
        host, guest = self.chance.sample(self.both, 2)
        starts, hour = Timestamp(), Duration(seconds=3600)
        starts.FromDatetime(self.now() + timedelta(days=20, minutes=90 * len(self.history.acts)))
        made = await self.twice(host.scheduling.create_invite, title="A walk", starts_at=starts, duration=hour)
        invite = made.invite.id
        await guest.told(("invite_created", invite))
        starts.seconds += 1800
        named = {"invite_id": invite, "starts_at": starts, "duration": hour}
        countered = (await self.twice(guest.scheduling.counter_invite, sequence=made.invite.sequence, **named)).invite
        await host.told(("invite_countered", invite))
        end = self.chance.choice(("accept", "accept", "decline"))
        verb = getattr(host.scheduling, f"{end}_invite")
        ended = (await self.twice(verb, invite_id=invite, sequence=countered.sequence)).invite
        await guest.told((f"invite_{end.removesuffix('e')}ed", invite))
        for each in self.both:
            self.history.acknowledged[each.name][f"invite {invite}"] = f"{ended.state} {ended.sequence}"

    async def ring(self, day: int) -> None:
        """The daily reminder rings for both; one completes it, so that it is pulled back for them."""
        local = self.first + timedelta(days=day)
        rang = ("reminder_rang", self.reminder, local.isoformat())
        self.history.due_at[rang] = local.replace(tzinfo=ZoneInfo(self.zone)).astimezone(UTC)
        await asyncio.gather(*(each.told(rang) for each in self.both))
        done = self.chance.choice(self.both)
        await self.twice(done.scheduling.complete_reminder, reminder_id=self.reminder, occurrence=local.isoformat())
        self.history.acknowledged[done.name][f"ring {local.isoformat()}"] = "completed"

    async def part(self) -> None:
        """End it: from the answer on, neither is connected."""
        ender = self.chance.choice(self.both)
        with suppress(NotConnected):  # ended by an attempt whose reply was lost
            await ender.pairing.end_couple()
        for each in self.both:
            with pytest.raises(NotConnected):
                await each.prompts.get_today()
        await self.open.aclose()

    @property
    def both(self) -> list[Lamp]:
        """The two."""
        return [self.ann, self.sam]

    def now(self) -> datetime:
        """The platform's time."""
        return datetime.now(UTC) + timedelta(seconds=self.platform.ahead_s)

    async def seal(self, who: Lamp, prompt: str, text: str, *, light: bool = False) -> None:
        """Seal; from this moment on the other's words may come."""
        for n, secret in enumerate(self.history.secrets):
            partner = self.sam if who is self.ann else self.ann
            if secret.reader == who.name and secret.author == partner.name and secret.open_s == float("inf"):
                self.history.secrets[n] = Sealed(secret.author, secret.reader, secret.words, time.monotonic())
        await who.prompts.seal_answer(prompt, text=text, leave_light=light)

    async def today(self, who: Lamp) -> prompts_pb.GetTodayResponse:
        """Today's prompts, once they are dealt."""
        deadline = time.monotonic() + TOLD_WITHIN_S
        while not (today := await who.prompts.get_today()).prompts:
            assert time.monotonic() < deadline, "nothing was dealt"
            await asyncio.sleep(0.05)
        return today

    async def twice(self, verb: Callable[..., Coroutine[Any, Any, Any]], **request: Any) -> Any:
        """Do a command, one time in three by two twins with one key; the reply, which is the same."""
        key = str(uuid4())
        twins = 2 if self.chance.random() < 0.34 else 1
        replies: list[Message] = await asyncio.gather(*(verb(**request, idempotency_key=key) for _ in range(twins)))
        assert all(reply == replies[0] for reply in replies), replies
        return replies[0]

    async def _arrive(self, who: Lamp, transport: Literal["sse", "grpc"]) -> None:
        name = who.name
        await who.sign_up(mail=who.mail, password=PASSWORD, display_name=name, zone=self.zone, adult=True)
        await who.sign_in(who.mail, PASSWORD)
        cursor = (await who.notifications.list_inbox()).cursor
        self.open.callback(asyncio.create_task(who.follow(transport, cursor)).cancel)


def noticed(name: str, event: Change) -> Notice:
    """A change as the checks see it."""
    item = event.item
    about = (item.kind, item.subject.id, item.facts.occurrence or item.facts.day)
    return Notice(
        name, decode_cursor(event.cursor).seq, OPS[event.op], item.id,
        tuple(part for part in about if part) if event.op != inbox_pb.OP_REMOVED else (),
        item.created_at.ToDatetime(UTC) if item.HasField("created_at") else None,
    )  # fmt: skip
