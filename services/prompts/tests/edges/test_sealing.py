"""What may one of the two do with an answer, and what is refused? Through the API, as Ann, Sam, and Eve, a stranger."""

from typing import Any
from uuid import uuid4

import pytest

from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from twolamps_events.prompts import AnswersRevealed, LightLeft, LightTaken, PromptsDealt
from twolamps_testkit.stage import Caller, Person, Refused, Stage, eventually, one

DAY = 86_400


def calls(stage: Stage, person: Person | None) -> Caller:
    return stage.caller(PromptsServiceStub, person)


async def today(stage: Stage, person: Person) -> list[Any]:
    return list((await calls(stage, person).GetToday(pb.GetTodayRequest())).prompts)


async def seal(stage: Stage, person: Person | None, prompt_id: str, text: str, light: bool = False) -> Any:
    request = pb.SealAnswerRequest(prompt_id=prompt_id, text=text, leave_light=light)
    return (await calls(stage, person).SealAnswer(request)).prompt


async def withdraw(stage: Stage, person: Person, prompt_id: str) -> Any:
    return (await calls(stage, person).WithdrawAnswer(pb.WithdrawAnswerRequest(prompt_id=prompt_id))).prompt


async def refusal(call: Any) -> tuple[str, str, str]:
    with pytest.raises(Refused) as refused:
        await call
    return refused.value.code, refused.value.reason, refused.value.text


async def test_an_answer_is_replaced_and_withdrawn_until_it_opens(played: Stage) -> None:
    await played.pair()
    prompt, *_ = await today(played, played.ann)
    first = await seal(played, played.ann, prompt.id, "one")
    assert (first.state, first.my_answer, first.text) == (pb.PROMPT_STATE_SEALED, "one", prompt.text)
    assert (await seal(played, played.ann, prompt.id, "two")).my_answer == "two"
    assert (await today(played, played.ann))[0].my_answer == "two"
    back = await withdraw(played, played.ann, prompt.id)
    assert back == prompt == (await today(played, played.ann))[0]
    assert await withdraw(played, played.ann, prompt.id) == prompt
    assert (await seal(played, played.ann, prompt.id, "three")).my_answer == "three"
    assert not [e for e in await played.recorded("prompts") if not isinstance(e, PromptsDealt)]


async def test_after_the_reveal_nothing_changes_any_more(played: Stage) -> None:
    await played.pair()
    prompt, *_ = await today(played, played.ann)
    await seal(played, played.ann, prompt.id, "mine")
    opened = await seal(played, played.sam, prompt.id, "yours")
    refused = ("FAILED_PRECONDITION", "answer_already_revealed")
    assert (await refusal(seal(played, played.ann, prompt.id, "other words")))[:2] == refused
    assert (await refusal(withdraw(played, played.ann, prompt.id)))[:2] == refused
    assert await seal(played, played.sam, prompt.id, "yours") == opened
    assert len([e for e in await played.recorded("prompts") if isinstance(e, AnswersRevealed)]) == 1


async def test_a_light_is_left_once_and_taken_back_with_the_answer(played: Stage) -> None:
    couple = await played.pair()
    prompt, other, _ = await today(played, played.ann)
    await seal(played, played.ann, prompt.id, "words", light=True)
    left = one(await played.recorded("prompts"), LightLeft)
    assert (left.by, left.couple_id, str(left.prompt_id), left.day) == (played.ann.id, couple, prompt.id, prompt.day)
    mine, theirs = (await today(played, played.ann))[0], (await today(played, played.sam))[0]
    assert (mine.light_left_by_me, mine.light_left_by_partner) == (True, False)
    assert (theirs.light_left_by_me, theirs.light_left_by_partner) == (False, True)
    assert (theirs.state, theirs.partner_answer) == (pb.PROMPT_STATE_OPEN, "")
    await withdraw(played, played.ann, prompt.id)
    assert (await today(played, played.sam))[0] == prompt
    again = await seal(played, played.ann, prompt.id, "again", light=True)
    assert not again.light_left_by_me
    assert (await today(played, played.sam))[0] == prompt
    events = await played.recorded("prompts")
    assert one(events, LightTaken).by == one(events, LightLeft).by
    await seal(played, played.ann, other.id, "lit", light=True)
    assert not (await seal(played, played.ann, other.id, "lit", light=False)).light_left_by_me
    assert (await today(played, played.sam))[1] == other


async def test_a_light_goes_out_with_the_reveal(played: Stage) -> None:
    await played.pair()
    prompt, *_ = await today(played, played.ann)
    await seal(played, played.ann, prompt.id, "words", light=True)
    opened = await seal(played, played.sam, prompt.id, "too", light=True)
    assert (opened.light_left_by_me, opened.light_left_by_partner) == (False, False)
    kinds = [type(e) for e in await played.recorded("prompts")]
    assert kinds == [PromptsDealt, LightLeft, AnswersRevealed]


async def test_an_older_prompt_is_answered_within_three_days_and_then_stays_closed(played: Stage) -> None:
    await played.pair()
    prompt, other, _ = await today(played, played.ann)
    played.move_clock(2 * DAY)
    await eventually(
        lambda: today(played, played.ann), until=lambda found: len(found) == 3 and found[0].id != prompt.id
    )
    assert (await seal(played, played.ann, prompt.id, "late")).state == pb.PROMPT_STATE_SEALED
    await seal(played, played.ann, other.id, "also late")
    assert (await seal(played, played.sam, other.id, "me too")).state == pb.PROMPT_STATE_REVEALED
    played.move_clock(DAY + 7_200)
    for person, text in ((played.sam, "too late"), (played.ann, "new words")):
        assert (await refusal(seal(played, person, prompt.id, text)))[:2] == ("FAILED_PRECONDITION", "round_closed")
    answers = (await calls(played, played.ann).ListAnswers(pb.ListAnswersRequest())).answers
    states = {a.id: (a.state, a.my_answer) for a in answers}
    assert states[prompt.id] == (pb.PROMPT_STATE_STAYED_CLOSED, "late")
    assert states[other.id] == (pb.PROMPT_STATE_REVEALED, "also late")
    assert (await withdraw(played, played.ann, prompt.id)).state == pb.PROMPT_STATE_STAYED_CLOSED
    left = (await calls(played, played.ann).ListAnswers(pb.ListAnswersRequest())).answers
    assert [a.id for a in left] == [other.id]


async def test_an_answer_has_one_to_four_thousand_characters(played: Stage) -> None:
    await played.pair()
    prompt, *_ = await today(played, played.ann)
    for kept in ("x", "ä" * 4_000, "👩‍💻 " * 1_000, "a\u0308" * 2_000):
        await seal(played, played.ann, prompt.id, kept)
    assert (await today(played, played.ann))[0].my_answer == "ä" * 2_000
    for text in ("", " \n\t", "x" * 4_001, "\u0958" * 2_001):
        with pytest.raises(Refused) as refused:
            await seal(played, played.ann, prompt.id, text)
        assert (refused.value.code, list(refused.value.fields)) == ("INVALID_ARGUMENT", ["text"])
        assert text.strip() == "" or text[:8] not in refused.value.text
    assert (await today(played, played.ann))[0].my_answer == "ä" * 2_000


async def test_another_couples_round_and_no_round_at_all_are_one_refusal(played: Stage) -> None:
    ours = await played.pair()
    await played.pair(played.eve, Person("Finn"))
    prompt, *_ = await today(played, played.ann)
    theirs, *_ = await today(played, played.eve)
    unknown = str(uuid4())
    refused_seals = [await refusal(seal(played, played.eve, i, "words")) for i in (prompt.id, unknown)]
    refused_withdrawals = [await refusal(withdraw(played, played.eve, i)) for i in (prompt.id, unknown)]
    assert len({*refused_seals, *refused_withdrawals}) == 1
    assert refused_seals[0][:2] == ("NOT_FOUND", "not_found")
    await played.end(ours)
    await played.pair(played.ann, played.sam)
    assert (await refusal(seal(played, played.ann, prompt.id, "old round, new couple")))[0] == "NOT_FOUND"
    assert (await refusal(seal(played, played.ann, theirs.id, "words")))[0] == "NOT_FOUND"
    with pytest.raises(Refused) as refused:
        await seal(played, played.ann, "not-a-uuid", "words")
    assert (refused.value.code, list(refused.value.fields)) == ("INVALID_ARGUMENT", ["prompt_id"])


async def test_who_is_not_connected_or_not_signed_in_gets_nothing(played: Stage) -> None:
    await played.pair()
    prompt, *_ = await today(played, played.ann)
    for person, code, reason in (
        (played.eve, "FAILED_PRECONDITION", "not_connected"),
        (None, "UNAUTHENTICATED", "unauthenticated"),
    ):
        api = calls(played, person)
        for call in (
            api.GetToday(pb.GetTodayRequest()),
            seal(played, person, prompt.id, "words"),
            api.WithdrawAnswer(pb.WithdrawAnswerRequest(prompt_id=prompt.id)),
        ):
            assert (await refusal(call))[:2] == (code, reason)
    eve = calls(played, played.eve)
    assert await eve.ListReveals(pb.ListRevealsRequest(ids=[prompt.id])) == pb.ListRevealsResponse()
    assert await eve.ListAnswers(pb.ListAnswersRequest(ids=[prompt.id])) == pb.ListAnswersResponse()
