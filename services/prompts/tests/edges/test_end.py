"""What is left when a couple ends? Mine to me; the partner's words close for both, at once and for ever."""

from typing import Any

import pytest

from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from twolamps_testkit.stage import Caller, Person, Refused, Stage


def calls(stage: Stage, person: Person) -> Caller:
    return stage.caller(PromptsServiceStub, person)


async def lists(api: Caller) -> tuple[list[Any], list[Any]]:
    reveals = await api.ListReveals(pb.ListRevealsRequest())
    answers = await api.ListAnswers(pb.ListAnswersRequest())
    return list(reveals.reveals), list(answers.answers)


async def test_the_partners_words_close_at_the_end_and_mine_stay(played: Stage) -> None:
    couple = await played.pair()
    ann, sam = calls(played, played.ann), calls(played, played.sam)
    opened, waiting, _ = (await ann.GetToday(pb.GetTodayRequest())).prompts
    await ann.SealAnswer(pb.SealAnswerRequest(prompt_id=opened.id, text="Ann's"))
    await sam.SealAnswer(pb.SealAnswerRequest(prompt_id=opened.id, text="Sam's"))
    await ann.SealAnswer(pb.SealAnswerRequest(prompt_id=waiting.id, text="not opened", leave_light=True))
    (before,), _ = await lists(sam)
    assert before.partner_answer == "Ann's"
    await played.end(couple)
    for api, own, count in ((ann, "Ann's", 2), (sam, "Sam's", 1)):
        (reveal,), answers = await lists(api)
        assert (reveal.id, reveal.my_answer, reveal.partner_answer) == (opened.id, own, "")
        assert reveal.revealed_at == before.revealed_at
        assert len(answers) == count
        assert {a.partner_answer for a in answers} == {""}
    _, answers = await lists(ann)
    mine = next(a for a in answers if a.id == waiting.id)
    assert (mine.my_answer, mine.state) == ("not opened", pb.PROMPT_STATE_STAYED_CLOSED)
    assert not mine.light_left_by_me
    for call in (
        sam.GetToday(pb.GetTodayRequest()),
        sam.SealAnswer(pb.SealAnswerRequest(prompt_id=waiting.id, text="now?")),
        ann.WithdrawAnswer(pb.WithdrawAnswerRequest(prompt_id=waiting.id)),
    ):
        with pytest.raises(Refused) as refused:
            await call
        assert (refused.value.code, refused.value.reason) == ("FAILED_PRECONDITION", "not_connected")


async def test_a_new_couple_of_the_same_two_does_not_open_the_old_words_again(played: Stage) -> None:
    first = await played.pair()
    ann, sam = calls(played, played.ann), calls(played, played.sam)
    old = (await ann.GetToday(pb.GetTodayRequest())).prompts[0]
    await ann.SealAnswer(pb.SealAnswerRequest(prompt_id=old.id, text="Ann's"))
    await sam.SealAnswer(pb.SealAnswerRequest(prompt_id=old.id, text="Sam's"))
    await played.end(first)
    await played.pair()
    fresh = (await ann.GetToday(pb.GetTodayRequest())).prompts[0]
    await ann.SealAnswer(pb.SealAnswerRequest(prompt_id=fresh.id, text="Ann's new"))
    assert (await lists(sam))[0] == []
    await sam.SealAnswer(pb.SealAnswerRequest(prompt_id=fresh.id, text="Sam's new"))
    reveals, answers = await lists(sam)
    assert [(r.id, r.partner_answer) for r in reveals] == [(fresh.id, "Ann's new")]
    assert {(a.id, a.my_answer, a.partner_answer) for a in answers} == {
        (fresh.id, "Sam's new", "Ann's new"), (old.id, "Sam's", "")
    }  # fmt: skip
    by_id = await sam.ListReveals(pb.ListRevealsRequest(ids=[old.id, fresh.id]))
    assert [r.id for r in by_id.reveals] == [fresh.id]
