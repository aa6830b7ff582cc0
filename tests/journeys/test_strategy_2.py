"""Strategy 2, vulnerability and trust: words stay sealed, can be taken back, and an exit is clean."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from standalone.demo.evening import Evening
from standalone.demo.parting import end
from standalone.demo.sealed_words import answer, prompt_of, read_all
from twolamps.pairing.v1 import pairing_pb2
from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps_client import Conflict, NotConnected


async def test_sealed_answers_open_together_and_stand_from_then_on(couple: Evening) -> None:
    await answer(couple)
    with pytest.raises(Conflict):
        await couple.ada.client.prompts.seal_answer(couple.prompt.id, text="I never said that.")
    with pytest.raises(Conflict):
        await couple.ada.client.prompts.withdraw_answer(couple.prompt.id)
    assert (await prompt_of(couple.ben, couple.prompt.id)).partner_answer == couple.words["Ada"]


async def test_a_withdrawn_answer_takes_its_light_with_it(listening: Evening) -> None:
    ada, ben = listening.both
    before = await read_all(ben)
    await ada.client.prompts.seal_answer(listening.prompt.id, text="I left you something.", leave_light=True)
    await listening.told("something was left", "light_left", listening.prompt.id, ben)
    assert (await prompt_of(ben, listening.prompt.id)).light_left_by_partner
    await ada.client.prompts.withdraw_answer(listening.prompt.id)

    async def taken_back() -> bool | None:
        return any(line.what == "removed" for line in ben.diary.lines()) or None

    await listening.facts.comes("Ben's notice is taken back", taken_back)
    after = await read_all(ben)
    assert {path for path in after if after[path].body != before[path].body} <= {"/v1/inbox"}  # its cursor went on
    assert (await ben.client.prompts.seal_answer(listening.prompt.id, text="And I you.")).prompt.partner_answer == ""


async def test_what_nobody_opens_in_three_days_returns_to_its_author_alone(
    couple: Evening, later: Callable[[timedelta], None]
) -> None:
    ada, ben = couple.both
    await ada.client.prompts.seal_answer(couple.prompt.id, text="For another time.")
    later(timedelta(days=4))
    (mine,) = (await ada.client.prompts.list_answers()).answers
    assert (mine.state, mine.my_answer) == (pb.PROMPT_STATE_STAYED_CLOSED, "For another time.")
    assert not (await ben.client.prompts.list_answers()).answers
    assert not (await ben.client.prompts.list_reveals()).reveals
    with pytest.raises(Conflict):
        await ben.client.prompts.seal_answer(couple.prompt.id, text="Show me yours.")


async def test_leaving_takes_one_call_and_a_new_start_sees_nothing_of_before(couple: Evening) -> None:
    await answer(couple)
    await end(couple)
    for person in couple.both:
        with pytest.raises(NotConnected):
            await person.client.prompts.get_today()
    code = (await couple.ben.client.pairing.create_pairing_code()).code
    pairing = (await couple.ada.client.pairing.claim_pairing(code=code)).pairing
    for person in couple.both:
        confirmed = (await person.client.pairing.confirm_pairing(pairing.id)).pairing
    assert confirmed.state == pairing_pb2.PAIRING_STATE_PAIRED
    assert confirmed.couple_id != couple.couple_id
    for person in couple.both:
        assert not (await person.client.prompts.list_reveals()).reveals
        assert not any(s.active for s in (await person.client.pairing.get_couple()).couple.shares)
