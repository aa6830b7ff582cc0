"""Do answers open for both at one moment, however close together they are sealed?"""

import asyncio
import os
from collections import Counter
from itertools import islice
from typing import Any

from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from twolamps_events.prompts import AnswersRevealed
from twolamps_testkit.stage import Caller, Person, Stage, one

COUPLES_AT_ONCE = 4


def calls(stage: Stage, person: Person) -> Caller:
    return stage.caller(PromptsServiceStub, person)


async def seal(api: Caller, prompt_id: str, text: str) -> Any:
    return (await api.SealAnswer(pb.SealAnswerRequest(prompt_id=prompt_id, text=text))).prompt


async def reveals(api: Caller) -> list[Any]:
    return list((await api.ListReveals(pb.ListRevealsRequest(page_size=200))).reveals)


async def race(stage: Stage, rounds: int) -> Counter[str]:
    """Let both seal at the same moment, in `rounds` rounds of fresh couples, and check every byte of every reply.

    Promises on return: each round opened once, as one event, at one moment, with both people's very words for both; of
    the two replies exactly one is the opened round and the other a sealed one that tells nothing. Returns who was
    first how often ("inviter", "invitee"). `stage` runs prompts.
    """
    first: Counter[str] = Counter()
    before = await _opened(stage)
    left = iter(range(rounds))

    async def one_couple_after_another() -> None:
        while numbers := list(islice(left, 3)):
            await _race_couple(stage, numbers, first)

    await asyncio.gather(*(one_couple_after_another() for _ in range(COUPLES_AT_ONCE)))
    events = (await _opened(stage)) - before
    assert len(events) == rounds == first.total(), (len(events), first)
    assert set(events.values()) <= {1}
    return first


async def _race_couple(stage: Stage, numbers: list[int], first: Counter[str]) -> None:
    people = {"inviter": Person("Ann"), "invitee": Person("Sam")}
    await stage.pair(people["inviter"], people["invitee"])
    apis = {role: calls(stage, person) for role, person in people.items()}
    offered = (await apis["inviter"].GetToday(pb.GetTodayRequest())).prompts
    words: dict[str, dict[str, str]] = {}
    for number, prompt in zip(numbers, offered, strict=False):
        texts = words[prompt.id] = {role: f"{role} {number} ✉ {os.urandom(40).hex()}" for role in people}
        order = ("inviter", "invitee") if number % 2 else ("invitee", "inviter")
        replies = dict(
            zip(order, await asyncio.gather(*(seal(apis[r], prompt.id, texts[r]) for r in order)), strict=True)
        )
        states = {reply.state: role for role, reply in replies.items()}
        assert set(states) == {pb.PROMPT_STATE_SEALED, pb.PROMPT_STATE_REVEALED}, replies
        early, late = states[pb.PROMPT_STATE_SEALED], states[pb.PROMPT_STATE_REVEALED]
        first[early] += 1
        told_nothing = pb.Prompt()
        told_nothing.CopyFrom(prompt)
        told_nothing.state, told_nothing.my_answer = pb.PROMPT_STATE_SEALED, texts[early]
        assert replies[early].SerializeToString() == told_nothing.SerializeToString()
        assert (replies[late].my_answer, replies[late].partner_answer) == (texts[late], texts[early])
    seen = {role: {r.id: r for r in await reveals(api)} for role, api in apis.items()}
    for prompt_id, texts in words.items():
        mine, theirs = seen["inviter"][prompt_id], seen["invitee"][prompt_id]
        assert (mine.my_answer, mine.partner_answer) == (texts["inviter"], texts["invitee"])
        assert (theirs.my_answer, theirs.partner_answer) == (texts["invitee"], texts["inviter"])
        assert mine.revealed_at == theirs.revealed_at
    assert all(len(found) == len(words) for found in seen.values())


async def _opened(stage: Stage) -> Counter[str]:
    return Counter(str(e.prompt_id) for e in await stage.recorded("prompts") if isinstance(e, AnswersRevealed))


async def test_the_second_seal_opens_both_at_one_moment_as_one_event(played: Stage) -> None:
    couple = await played.pair()
    ann, sam = calls(played, played.ann), calls(played, played.sam)
    prompt = (await ann.GetToday(pb.GetTodayRequest())).prompts[1]
    await seal(ann, prompt.id, "Ann's words")
    opened = await seal(sam, prompt.id, "Sam's words")
    assert (opened.my_answer, opened.partner_answer) == ("Sam's words", "Ann's words")
    event = one(await played.recorded("prompts"), AnswersRevealed)
    assert (event.couple_id, str(event.prompt_id), event.day) == (couple, prompt.id, prompt.day)
    (mine,), (theirs,) = await reveals(ann), await reveals(sam)
    assert theirs == opened == (await sam.GetToday(pb.GetTodayRequest())).prompts[1]
    assert (mine.my_answer, mine.partner_answer) == ("Ann's words", "Sam's words")
    assert mine.revealed_at == theirs.revealed_at
    assert mine.revealed_at.ToNanoseconds() // 1000 == round(event.revealed_at.timestamp() * 1_000_000)
    assert b"words" not in event.body()


async def test_answers_sealed_at_the_same_moment_open_once_and_tell_nothing_before(played: Stage) -> None:
    first = await race(played, 50)
    assert first.total() == 50
