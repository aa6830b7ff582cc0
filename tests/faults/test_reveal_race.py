"""Can one of two ever read the other's words first? Rounds of seals at the same moment, every byte looked at.

The seals, and reads by both while they are under way, go through the gRPC API; what comes back is searched before it is
decoded. Three rounds a day and couple, as they are dealt; the clock is moved from day to day.
"""

import asyncio
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest
from google.protobuf.message import Message

import prompts.main
from tests import checks
from tests.checks import Reply, Sealed
from tests.faults.ledger import SEED, long_or, note
from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps_events.prompts import AnswersRevealed
from twolamps_testkit.stage import Person, Stage, eventually
from twolamps_testkit.strangers import pairing

ROUNDS, COUPLES, A_DAY = long_or(400, 2_000), 42, 3
Answer = TypeVar("Answer", bound=Message)


@dataclass
class Wire:
    """Calls of one person, whose replies are kept as the bytes that came."""

    stage: Stage
    person: Person
    replies: list[Reply] = field(default_factory=list)

    async def call(self, path: str, request: Message, answer: type[Answer]) -> Answer:
        """One call; its bytes, and those of its metadata, are noted when they have come."""
        token, _ = self.stage.signer.access_token(self.person.id, self.person.session)
        channel: Any = self.stage.node.channels.to("")
        call = channel.unary_unary(path)(
            request.SerializeToString(), metadata=(("authorization", f"Bearer {token}"),), timeout=20
        )
        data = await call
        beside = repr((await call.initial_metadata(), await call.trailing_metadata())).encode()
        self.replies.append(Reply(self.person.name, time.monotonic(), data + beside))
        return answer.FromString(data)

    async def today(self) -> Any:
        return await self.call(
            "/twolamps.prompts.v1.PromptsService/GetToday", pb.GetTodayRequest(), pb.GetTodayResponse
        )

    async def seal(self, prompt: str, text: str) -> Any:
        request = pb.SealAnswerRequest(prompt_id=prompt, text=text)
        return (
            await self.call("/twolamps.prompts.v1.PromptsService/SealAnswer", request, pb.SealAnswerResponse)
        ).prompt

    async def reveals(self) -> Any:
        request = pb.ListRevealsRequest(page_size=A_DAY)
        return await self.call("/twolamps.prompts.v1.PromptsService/ListReveals", request, pb.ListRevealsResponse)


@dataclass
class Pair:
    """A couple, and how its rounds went."""

    one: Wire
    other: Wire
    chance: random.Random
    secrets: list[Sealed] = field(default_factory=list)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    sealed_first: Counter[str] = field(default_factory=Counter)

    async def play_day(self, yesterday: str) -> str:
        """Race in the day's three rounds, once they are dealt; the day."""
        today = await eventually(self.one.today, 20, lambda t: t.day > yesterday and len(t.prompts) == A_DAY)
        for prompt in today.prompts:
            await self._race(prompt.id)
        for wire, partner in ((self.one, self.other), (self.other, self.one)):
            for seen in (await wire.today()).prompts:
                both = (self.texts[seen.id][wire.person.name], self.texts[seen.id][partner.person.name])
                assert (seen.state, seen.my_answer, seen.partner_answer) == (pb.PROMPT_STATE_REVEALED, *both)
        assert not checks.leaks([*self.one.replies, *self.other.replies], self.secrets), f"seed {SEED}"
        for wire in (self.one, self.other):
            wire.replies.clear()
        self.secrets.clear()
        return str(today.day)

    async def _race(self, prompt: str) -> None:
        wires = [self.one, self.other]
        self.chance.shuffle(wires)
        texts = {wire.person.name: f"{wire.person.name} {uuid4().hex} ✉" for wire in wires}
        sent: dict[str, float] = {}

        async def seal(wire: Wire, wait_s: float) -> Any:
            await asyncio.sleep(wait_s)
            sent[wire.person.name] = time.monotonic()
            return await wire.seal(prompt, texts[wire.person.name])

        async def look(wire: Wire) -> None:
            await (wire.today() if self.chance.random() < 0.5 else wire.reveals())

        apart_s = self.chance.choice((0, 0, 0.0005, 0.002, 0.006))
        first, second, *_ = await asyncio.gather(
            seal(wires[0], 0), seal(wires[1], apart_s), look(wires[0]), look(wires[1])
        )
        names = [wire.person.name for wire in wires]
        self.secrets += [
            Sealed(author, reader, texts[author].encode(), open_s=sent[reader])
            for author, reader in (names, names[::-1])
        ]
        replies = dict(zip(names, (first, second), strict=True))
        states = {reply.state: name for name, reply in replies.items()}
        assert set(states) == {pb.PROMPT_STATE_SEALED, pb.PROMPT_STATE_REVEALED}, (replies, SEED)
        early, late = states[pb.PROMPT_STATE_SEALED], states[pb.PROMPT_STATE_REVEALED]
        assert (replies[early].partner_answer, replies[late].partner_answer) == ("", texts[early])
        assert not replies[early].HasField("revealed_at")
        self.texts[prompt] = texts
        self.sealed_first[early] += 1


async def test_of_two_who_seal_at_the_same_moment_neither_reads_first(stage: Stage) -> None:
    await stage.start(pairing=pairing, prompts=prompts.main.compose)
    print(f"seed {SEED}")
    pairs = []
    for number in range(min(COUPLES, -(-ROUNDS // A_DAY))):
        one, other = Person("Ann"), Person("Sam")
        await stage.pair(one, other, zone="UTC")
        pairs.append(Pair(Wire(stage, one), Wire(stage, other), random.Random(SEED + number)))
    days = [""] * len(pairs)
    while sum(len(pair.texts) for pair in pairs) < ROUNDS:
        days = await asyncio.gather(*(pair.play_day(day) for pair, day in zip(pairs, days, strict=True)))
        stage.move_clock(86_400)
    opened = Counter(event.prompt_id for event in await stage.recorded("prompts") if isinstance(event, AnswersRevealed))
    assert opened == Counter(UUID(prompt) for pair in pairs for prompt in pair.texts)
    assert set(opened.values()) == {1}
    assert len(opened) >= ROUNDS
    first = sum((pair.sealed_first for pair in pairs), Counter[str]())
    assert min(first.values()) > ROUNDS / 10, first
    note(
        "two who seal at the same moment",
        len(opened),
        "each opened once, no byte of the other's before one's own",
        SEED,
    )


@pytest.mark.parametrize("light", [False, True])
async def test_a_seal_alone_changes_no_byte_of_what_the_other_reads(stage: Stage, light: bool) -> None:
    await stage.start(pairing=pairing, prompts=prompts.main.compose)
    await stage.pair(stage.ann, stage.sam, zone="UTC")
    ann, sam = Wire(stage, stage.ann), Wire(stage, stage.sam)
    prompt = (await eventually(ann.today, 10, lambda today: bool(today.prompts))).prompts[0]

    async def read(lit: bool) -> list[bytes]:
        """What Sam reads, deterministic bytes, the one light taken away that Ann chose to leave."""
        today, reveals = await sam.today(), await sam.reveals()
        lights = [seen.id for seen in today.prompts if seen.light_left_by_partner]
        assert lights == ([prompt.id] if lit else [])
        for seen in today.prompts:
            seen.ClearField("light_left_by_partner")
        return [message.SerializeToString(deterministic=True) for message in (today, reveals)]

    before = await read(False)
    for text in ("short", "ü" * 4000, "🏮"):
        request = pb.SealAnswerRequest(prompt_id=prompt.id, text=text, leave_light=light)
        await ann.call("/twolamps.prompts.v1.PromptsService/SealAnswer", request, pb.SealAnswerResponse)
        assert await read(light) == before
        assert not any(text.encode() in reply.data for reply in sam.replies if text != "short")
    request_away = pb.WithdrawAnswerRequest(prompt_id=prompt.id)
    await ann.call("/twolamps.prompts.v1.PromptsService/WithdrawAnswer", request_away, pb.WithdrawAnswerResponse)
    assert await read(False) == before
