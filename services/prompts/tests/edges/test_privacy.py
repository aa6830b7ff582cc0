"""Can one of the two find out that the other has sealed an answer, or read it, before both have? As the curious one."""

from typing import Any
from uuid import UUID, uuid4

import asyncpg
from google.protobuf.message import Message

from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps.prompts.v1.prompts_pb2_grpc import PromptsServiceStub
from twolamps_events.prompts import PromptsDealt
from twolamps_testkit.stage import Caller, Person, Refused, Stage, eventually

DAY = 86_400
WORDS = "what nobody else may read: Zärtlichkeit"


def calls(stage: Stage, person: Person) -> Caller:
    return stage.caller(PromptsServiceStub, person)


async def answered(call: Any) -> bytes:
    """The reply's bytes, or every part of the refusal."""
    try:
        reply: Message = await call
    except Refused as refused:
        return repr((refused.code, refused.reason, refused.text, refused.fields)).encode()
    return reply.SerializeToString()


async def all_a_person_can_fetch(stage: Stage, person: Person, prompt_ids: list[str]) -> list[bytes]:
    """Every read, whole, by ids and by pages, and those writes that change nothing."""
    api = calls(stage, person)
    found = [await answered(api.GetToday(pb.GetTodayRequest()))]
    for ids in ([], prompt_ids, prompt_ids[:1], [str(UUID(int=7))]):
        for size in (0, 1):
            found.append(await answered(api.ListReveals(pb.ListRevealsRequest(ids=ids, page_size=size))))
            found.append(await answered(api.ListAnswers(pb.ListAnswersRequest(ids=ids, page_size=size))))
    for prompt_id in prompt_ids[1:]:
        found.append(await answered(api.WithdrawAnswer(pb.WithdrawAnswerRequest(prompt_id=prompt_id))))
        found.append(await answered(api.SealAnswer(pb.SealAnswerRequest(prompt_id=prompt_id, text=" "))))
    return found


async def streams(stage: Stage) -> list[tuple[Any, ...]]:
    async with stage.tables("prompts").begin() as tx:
        rows = await tx.fetch("SELECT key, epoch, seq FROM streams ORDER BY key")
        outbox = await tx.fetch("SELECT id, key, seq, type, body FROM outbox ORDER BY id")
    return [tuple(row) for row in (*rows, *outbox)]


async def test_all_one_can_fetch_is_byte_identical_whatever_the_other_seals(played: Stage) -> None:
    await played.pair()
    sam, ann = calls(played, played.sam), calls(played, played.ann)
    ids = [p.id for p in (await sam.GetToday(pb.GetTodayRequest())).prompts]
    await sam.SealAnswer(pb.SealAnswerRequest(prompt_id=ids[0], text="Sam's own"))
    before, recorded = await all_a_person_can_fetch(played, played.sam, ids), await streams(played)

    async def same() -> None:
        assert await all_a_person_can_fetch(played, played.sam, ids) == before
        assert await streams(played) == recorded

    for prompt_id in ids[1:]:
        for text in ("first words", "x" * 4_000):
            await ann.SealAnswer(pb.SealAnswerRequest(prompt_id=prompt_id, text=text))
            await same()
    await ann.WithdrawAnswer(pb.WithdrawAnswerRequest(prompt_id=ids[1]))
    await same()
    await ann.SealAnswer(pb.SealAnswerRequest(prompt_id=ids[1], text="again"))
    await same()


async def test_a_round_that_stayed_closed_does_not_tell_whether_the_other_had_sealed(played: Stage) -> None:
    await played.pair()
    sam, ann = calls(played, played.sam), calls(played, played.ann)
    prompts = (await sam.GetToday(pb.GetTodayRequest())).prompts
    await ann.SealAnswer(pb.SealAnswerRequest(prompt_id=prompts[1].id, text=WORDS))
    played.move_clock(3 * DAY + 7_200)
    await eventually(lambda: played.recorded("prompts"), until=lambda events: len(events) == 2)
    seen = []
    for prompt in prompts[1:]:
        views = []
        for act in (
            sam.WithdrawAnswer(pb.WithdrawAnswerRequest(prompt_id=prompt.id)),
            sam.SealAnswer(pb.SealAnswerRequest(prompt_id=prompt.id, text="too late")),
            sam.ListAnswers(pb.ListAnswersRequest(ids=[prompt.id])),
            sam.ListReveals(pb.ListRevealsRequest(ids=[prompt.id])),
        ):
            views.append(await answered(act))
        closed = pb.WithdrawAnswerResponse.FromString(views[0]).prompt
        assert closed.state == pb.PROMPT_STATE_STAYED_CLOSED
        for name in ("id", "text", "topic", "strategy"):
            closed.ClearField(name)
        seen.append([closed.SerializeToString(), *views[1:]])
    assert seen[0] == seen[1]
    assert {type(e) for e in await played.recorded("prompts")} == {PromptsDealt}


async def rows(stage: Stage, person: Person, table: str, sealing: str = "") -> list[dict[str, Any]]:
    """All that the database shows to the role that serves this person's calls."""
    async with stage.tables("prompts").begin("app", person.id) as tx:
        await tx.execute("SELECT set_config('app.sealing', $1, true)", sealing)
        return [dict(row) for row in await tx.fetch(f"SELECT * FROM {table}")]


async def test_the_database_itself_keeps_a_sealed_answer_from_everybody_but_its_author(played: Stage) -> None:
    couple = await played.pair()
    await played.pair(played.eve, Person("Finn"))
    sam, ann = calls(played, played.sam), calls(played, played.ann)
    prompt_id, other_id, _ = [p.id for p in (await ann.GetToday(pb.GetTodayRequest())).prompts]
    for sealed in (prompt_id, other_id):
        await ann.SealAnswer(pb.SealAnswerRequest(prompt_id=sealed, text=WORDS))
    assert len(await rows(played, played.ann, "answers")) == len(await rows(played, played.ann, "seals")) == 2
    for stranger in (played.sam, played.eve, Person("Nobody")):
        assert await rows(played, stranger, "answers", sealing=prompt_id) == []
        assert await rows(played, stranger, "seals") == []
    assert len(await rows(played, played.sam, "rounds")) == 3
    assert await rows(played, played.sam, "seals", sealing=str(uuid4())) == []
    assert len(await rows(played, played.sam, "seals", sealing=prompt_id)) == 1
    assert await rows(played, played.eve, "seals", sealing=prompt_id) == []
    for table in ("lights", "rounds"):
        assert not {str(r["couple_id" if table == "rounds" else "round_id"]) for r in await rows(played, played.eve, table)} & {
            str(couple), prompt_id, other_id
        }  # fmt: skip
    await sam.SealAnswer(pb.SealAnswerRequest(prompt_id=prompt_id, text="Sam's own"))
    opened = await rows(played, played.sam, "answers")
    assert {(str(r["round_id"]), r["author_id"]) for r in opened} == {
        (prompt_id, played.ann.id), (prompt_id, played.sam.id)
    }  # fmt: skip
    await played.end(couple)
    assert {r["author_id"] for r in await rows(played, played.sam, "answers")} == {played.sam.id}
    assert {r["author_id"] for r in await rows(played, played.ann, "answers")} == {played.ann.id}


async def test_the_code_alone_keeps_words_closed_where_the_database_would_show_them(played: Stage) -> None:
    couple = await played.pair()
    sam, ann = calls(played, played.sam), calls(played, played.ann)
    opened, sealed, _ = (await ann.GetToday(pb.GetTodayRequest())).prompts
    for prompt in (opened, sealed):
        await ann.SealAnswer(pb.SealAnswerRequest(prompt_id=prompt.id, text=WORDS))
    await sam.SealAnswer(pb.SealAnswerRequest(prompt_id=opened.id, text="Sam's own"))
    owner = await asyncpg.connect(played.postgres.dsn(played.database))
    for table in ("answers", "seals"):
        await owner.execute(f"ALTER TABLE prompts.{table} DISABLE ROW LEVEL SECURITY")
    await owner.close()
    assert (await sam.GetToday(pb.GetTodayRequest())).prompts[1] == sealed
    assert [a.id for a in (await sam.ListAnswers(pb.ListAnswersRequest())).answers] == [opened.id]
    await played.end(couple)
    reveals = (await sam.ListReveals(pb.ListRevealsRequest())).reveals
    answers = (await sam.ListAnswers(pb.ListAnswersRequest())).answers
    assert [(r.my_answer, r.partner_answer) for r in (*reveals, *answers)] == [("Sam's own", "")] * 2


async def test_the_database_lets_nobody_change_the_others_answer(played: Stage) -> None:
    await played.pair()
    sam, ann = calls(played, played.sam), calls(played, played.ann)
    prompt_id = (await ann.GetToday(pb.GetTodayRequest())).prompts[0].id
    for api in (ann, sam):
        await api.SealAnswer(pb.SealAnswerRequest(prompt_id=prompt_id, text=WORDS))
    async with played.tables("prompts").begin("app", played.sam.id) as tx:
        await tx.execute("SELECT set_config('app.sealing', $1, true)", prompt_id)
        others = "WHERE round_id = $1 AND author_id = $2"
        assert await tx.execute(f"UPDATE answers SET text = '' {others}", UUID(prompt_id), played.ann.id) == "UPDATE 0"
        assert await tx.execute(f"DELETE FROM answers {others}", UUID(prompt_id), played.ann.id) == "DELETE 0"
        assert await tx.execute("DELETE FROM seals WHERE person_id = $1", played.ann.id) == "DELETE 0"


async def test_no_word_of_an_answer_is_readable_in_the_database(played: Stage) -> None:
    await played.pair()
    sam, ann = calls(played, played.sam), calls(played, played.ann)
    prompt_id = (await ann.GetToday(pb.GetTodayRequest())).prompts[0].id
    for api in (ann, sam):
        await api.SealAnswer(pb.SealAnswerRequest(prompt_id=prompt_id, text=WORDS, leave_light=True))
    async with played.tables("prompts").begin() as tx:
        tables = [
            r["tablename"] for r in await tx.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'prompts'")
        ]
    assert {"answers", "outbox", "idempotency"} <= set(tables)
    dumped = b"".join([await dump(played, table) for table in tables])
    assert prompt_id.encode() in dumped
    for word in ("nobody", "Zärtlichkeit", WORDS):
        for seen in (word.encode(), word.encode().hex().encode(), word.encode("utf-16-le")):
            assert seen not in dumped


async def dump(stage: Stage, table: str) -> bytes:
    """A table's rows as text, read by the database's owner, whom no policy stops; bytea as hex and raw."""
    owner = await asyncpg.connect(stage.postgres.dsn(stage.database))
    try:
        found = await owner.fetch(f'SELECT * FROM prompts."{table}"')
    finally:
        await owner.close()
    raw = b"".join(value for row in found for value in row.values() if isinstance(value, bytes))
    return repr([{k: str(v) for k, v in row.items()} for row in found]).encode() + raw
