"""How do two people meet? They sign up, listen, pair by code, confirm each other and switch on a share."""

import asyncio
from datetime import UTC, datetime

from standalone.demo.evening import Evening
from standalone.demo.people import Person
from standalone.demo.streams import listen
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps.prompts.v1.prompts_pb2 import GetTodayResponse
from twolamps_client import NotConnected

PROMPTS_A_DAY = 3


async def sign_up(evening: Evening) -> None:
    """Ada and Ben sign up and sign in."""
    for person in evening.both:
        await person.arrive()
        me = (await person.client.pairing.get_me()).me
        evening.facts.holds(
            f"{person} is signed in, in {me.zone}", (me.display_name, me.zone) == (person.name, person.zone)
        )


async def open_streams(evening: Evening) -> None:
    """Each opens a live stream."""
    await asyncio.gather(*(listen(evening, person) for person in evening.both))


async def pair(evening: Evening) -> None:
    """They pair by code and confirm each other."""
    ada, ben, facts = evening.ada, evening.ben, evening.facts
    code = (await ada.client.pairing.create_pairing_code()).code
    claimed = (await ben.client.pairing.claim_pairing(code=code)).pairing
    evening.pairing_id = claimed.id
    facts.holds("Ben sees that it is Ada before he confirms", _to_confirm(claimed, ada), claimed)
    await evening.told("somebody used the code", "pairing_claimed", claimed.id, ada)
    seen = (await ada.client.pairing.get_pairing(claimed.id)).pairing
    facts.holds("Ada sees that it is Ben before she confirms", _to_confirm(seen, ben), seen)
    waiting = (await ada.client.pairing.confirm_pairing(claimed.id)).pairing
    facts.holds("one yes makes no couple", waiting.state == pb.PAIRING_STATE_WAITING and not waiting.couple_id, waiting)
    facts.holds(
        "until both said yes they are not connected", not await is_connected(ada) and not await is_connected(ben)
    )
    before = datetime.now(UTC)
    paired = (await ben.client.pairing.confirm_pairing(claimed.id)).pairing
    after = datetime.now(UTC)
    evening.couple_id = paired.couple_id
    couples = [(await person.client.pairing.get_couple()).couple for person in evening.both]
    names = [couple.partner.display_name for couple in couples]
    same = {couple.id for couple in couples} == {paired.couple_id}
    facts.holds("with the second yes both are connected to each other", same and names == ["Ben", "Ada"], couples)
    facts.holds("their calendar is in Ada's zone", {couple.calendar.zone for couple in couples} == {ada.zone}, couples)
    await evening.told("you are connected", "couple_formed", paired.couple_id, ada, ben)
    paired_at = couples[0].paired_at.ToDatetime(UTC)
    if not before <= paired_at <= after:
        evening.ahead = paired_at - (before + (after - before) / 2)


async def share(evening: Evening) -> None:
    """Both switch on sharing when they are free."""
    for person, flows in zip(evening.both, (False, True), strict=True):
        answer = await person.client.pairing.set_shares(shares=[pb.SHARE_AVAILABILITY])
        active = _active(answer.couple)
        evening.facts.holds(
            f"{person} switches it on; {'now it flows' if flows else 'alone it does not flow'}", active is flows
        )
    flowing = [_active((await person.client.pairing.get_couple()).couple) for person in evening.both]
    evening.facts.holds("both see that it flows", all(flowing), flowing)


async def deal(evening: Evening) -> None:
    """The first prompt is dealt at once."""
    ada, ben = evening.both

    async def look() -> GetTodayResponse | None:
        today = await ada.client.prompts.get_today()
        return today if len(today.prompts) == PROMPTS_A_DAY else None

    today = await evening.facts.comes("Ada has today's prompt and two alternates", look)
    theirs = await ben.client.prompts.get_today()
    evening.facts.holds("Ben has the same three", [p.id for p in theirs.prompts] == [p.id for p in today.prompts])
    evening.prompt = today.prompts[0]
    evening.facts.holds(f"“{evening.prompt.text}”", bool(evening.prompt.text))
    await evening.told("today's prompts are here", "prompts_dealt", evening.prompt.id, ada, ben)


async def is_connected(person: Person) -> bool:
    """Whether the platform calls this person connected."""
    try:
        await person.client.pairing.get_couple()
    except NotConnected:
        return False
    return True


def _to_confirm(pairing: pb.Pairing, other: Person) -> bool:
    return pairing.other.display_name == other.name and pairing.state == pb.PAIRING_STATE_CONFIRM


def _active(couple: pb.Couple) -> bool:
    return any(state.share == pb.SHARE_AVAILABILITY and state.active for state in couple.shares)
