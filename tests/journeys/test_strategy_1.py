"""Strategy 1, open and honest communication: a daily prompt that both answer, without pressure."""

from standalone.demo.evening import Evening
from standalone.demo.sealed_words import prompt_of, read_all
from twolamps.prompts.v1 import prompts_pb2 as pb


async def test_what_both_answer_opens_and_stays_readable(couple: Evening) -> None:
    words = {"Ada": "The morning you sang in the hall.", "Ben": "When you waited for me at the station."}
    for person in couple.both:
        await person.client.prompts.seal_answer(couple.prompt.id, text=words[person.name])
    await couple.told("the answers are open", "answers_revealed", couple.prompt.id, *couple.both)
    for person in couple.both:
        (opened,) = (await person.client.prompts.list_reveals()).reveals
        mine, theirs = words[person.name], words[couple.other(person).name]
        assert (opened.my_answer, opened.partner_answer) == (mine, theirs)
        assert opened.text == couple.prompt.text


async def test_a_swap_is_answering_another_and_a_skip_is_answering_none(couple: Evening) -> None:
    today = await couple.ada.client.prompts.get_today()
    alternate = next(prompt for prompt in today.prompts if prompt.alternate)
    for person in couple.both:
        await person.client.prompts.seal_answer(alternate.id, text="This one instead.")
    for person in couple.both:
        assert (await prompt_of(person, alternate.id)).state == pb.PROMPT_STATE_REVEALED
        assert (await prompt_of(person, couple.prompt.id)).state == pb.PROMPT_STATE_OPEN


async def test_of_a_prompt_that_ada_alone_answers_ben_learns_nothing(couple: Evening) -> None:
    before = await read_all(couple.ben)
    await couple.ada.client.prompts.seal_answer(couple.prompt.id, text="Only for the two of us.")
    await couple.ada.client.prompts.seal_answer(couple.prompt.id, text="Said better.")
    assert await read_all(couple.ben) == before
    await couple.ada.client.prompts.withdraw_answer(couple.prompt.id)
    assert await read_all(couple.ben) == before
