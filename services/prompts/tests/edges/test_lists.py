"""How are reveals and answers read? Newest first, in pages, or by ids; each person their own."""

from typing import Any
from uuid import uuid4

import pytest

from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from twolamps_testkit.stage import Caller, Person, Refused, Stage, eventually

DAY = 86_400


def calls(stage: Stage, person: Person) -> Caller:
    return stage.caller(PromptsServiceStub, person)


async def answer_all(stage: Stage, days: int) -> list[list[str]]:
    """Each day both answer the prompt and one alternate, Ann the other one too; the ids by day."""
    dealt: list[list[str]] = []
    for day in range(days):
        if day:
            stage.move_clock(DAY + 3_600)
        ann, sam = calls(stage, stage.ann), calls(stage, stage.sam)

        async def today(api: Caller = ann) -> Any:
            return (await api.GetToday(pb.GetTodayRequest())).prompts

        prompts = await eventually(today, until=lambda p: len(p) == 3 and [p[0].id] not in [d[:1] for d in dealt])
        dealt.append([p.id for p in prompts])
        for index, prompt in enumerate(prompts):
            await ann.SealAnswer(pb.SealAnswerRequest(prompt_id=prompt.id, text=f"Ann {day} {index}"))
            if index < 2:
                await sam.SealAnswer(pb.SealAnswerRequest(prompt_id=prompt.id, text=f"Sam {day} {index}"))
    return dealt


async def paged(call: Any, request: Any, name: str, size: int) -> list[Any]:
    found: list[Any] = []
    token = ""
    while True:
        reply = await call(request(page_size=size, page_token=token))
        page = list(getattr(reply, name))
        assert len(page) <= size
        found += page
        token = reply.next_page_token
        if not token:
            return found


async def test_lists_are_newest_first_and_pages_fit_together(played: Stage) -> None:
    await played.pair()
    dealt = await answer_all(played, 3)
    ann, sam = calls(played, played.ann), calls(played, played.sam)
    whole = list((await sam.ListReveals(pb.ListRevealsRequest())).reveals)
    assert [r.id for r in whole] == [i for day in reversed(dealt) for i in (day[1], day[0])]
    moments = [r.revealed_at.ToNanoseconds() for r in whole]
    assert moments == sorted(moments, reverse=True)
    mine = list((await ann.ListAnswers(pb.ListAnswersRequest())).answers)
    assert [a.day for a in mine] == sorted((a.day for a in mine), reverse=True)
    assert len(mine) == 9
    for size in (1, 2, 3, 6):
        assert await paged(sam.ListReveals, pb.ListRevealsRequest, "reveals", size) == whole
        assert await paged(ann.ListAnswers, pb.ListAnswersRequest, "answers", size) == mine
    assert {(a.my_answer, a.partner_answer) for a in mine if a.id == dealt[2][0]} == {("Ann 2 0", "Sam 2 0")}
    assert {(a.state, a.partner_answer) for a in mine if a.id == dealt[2][2]} == {(pb.PROMPT_STATE_SEALED, "")}


async def test_ids_find_only_what_the_list_holds(played: Stage) -> None:
    await played.pair()
    [[opened, also, sealed]] = await answer_all(played, 1)
    ann, sam = calls(played, played.ann), calls(played, played.sam)
    asked = [sealed, str(uuid4()), opened]
    assert [r.id for r in (await sam.ListReveals(pb.ListRevealsRequest(ids=asked))).reveals] == [opened]
    assert [a.id for a in (await sam.ListAnswers(pb.ListAnswersRequest(ids=asked))).answers] == [opened]
    assert {a.id for a in (await ann.ListAnswers(pb.ListAnswersRequest(ids=asked))).answers} == {opened, sealed}
    assert len((await sam.ListReveals(pb.ListRevealsRequest(ids=[also] * 200))).reveals) == 1


async def test_a_list_takes_two_hundred_ids_and_rows_and_its_own_tokens(played: Stage) -> None:
    await played.pair()
    ann = calls(played, played.ann)
    for call, request in ((ann.ListReveals, pb.ListRevealsRequest), (ann.ListAnswers, pb.ListAnswersRequest)):
        await call(request(page_size=200, ids=[str(uuid4()) for _ in range(200)]))
        for field, wrong in (
            ("page_size", request(page_size=201)),
            ("page_size", request(page_size=-1)),
            ("ids", request(ids=[str(uuid4())] * 201)),
            ("page_token", request(page_token="nonsense")),
        ):
            with pytest.raises(Refused) as refused:
                await call(wrong)
            assert (refused.value.code, list(refused.value.fields)) == ("INVALID_ARGUMENT", [field])
