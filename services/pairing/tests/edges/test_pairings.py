"""Do two people become a couple, and only those two, whoever else tries at the same time?"""

import asyncio
import random
from uuid import uuid4

import pytest

from pairing.tests.conftest import House, on_the_wire, refused
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_events.pairing import CoupleFormed, PairingClaimed
from twolamps_testkit.stage import Person, one

CONFIRM, WAITING = pb.PAIRING_STATE_CONFIRM, pb.PAIRING_STATE_WAITING
PAIRED, CLOSED = pb.PAIRING_STATE_PAIRED, pb.PAIRING_STATE_CLOSED


async def test_claim_and_confirm_make_a_couple(house: House) -> None:
    ann, sam = await house.sign_up("Ann", pronouns="she/her"), await house.sign_up("Sam", zone="America/New_York")
    claimed = await house.claim(sam, (await house.code(ann)).lower().replace("-", " "))
    assert (claimed.state, claimed.other.display_name, claimed.other.pronouns) == (CONFIRM, "Ann", "she/her")
    assert (await house.pairing(ann, claimed.id)).other.display_name == "Sam"
    assert (await house.confirm(sam, claimed.id)).state == WAITING
    assert (await house.pairing(ann, claimed.id)).state == CONFIRM
    paired = await house.confirm(ann, claimed.id)
    assert paired.state == PAIRED
    couple = await house.couple(sam)
    assert (couple.id, couple.partner.display_name, couple.partner.pronouns) == (paired.couple_id, "Ann", "she/her")
    assert (couple.calendar.zone, couple.calendar.day_start, couple.calendar.week_start) == (
        "Europe/Berlin",
        "04:00",
        1,
    )
    events = await house.stage.recorded("pairing")
    assert one(events, PairingClaimed).person_id == ann.id
    formed = one(events, CoupleFormed)
    assert (formed.inviter_id, formed.invitee_id, str(formed.couple_id)) == (ann.id, sam.id, couple.id)


async def test_the_event_of_the_new_couple_is_the_first_of_its_stream(house: House) -> None:
    couple_id = await house.pair(await house.sign_up("Ann"), await house.sign_up("Sam"))
    async with house.stage.tables("pairing").begin() as tx:
        row = await tx.fetchrow("SELECT seq, epoch, type FROM outbox WHERE key::text = $1", couple_id)
    assert row is not None
    assert tuple(row) == (1, 0, "twolamps.pairing.couple_formed.v1")


async def test_confirming_twice_changes_nothing(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    pairing = await house.claim(sam, await house.code(ann))
    assert await house.confirm(sam, pairing.id) == await house.confirm(sam, pairing.id)
    assert await house.confirm(ann, pairing.id) == await house.confirm(ann, pairing.id)
    one(await house.stage.recorded("pairing"), CoupleFormed)


async def test_wrong_used_expired_replaced_own_and_paired_answer_alike(house: House) -> None:
    ann, sam, eve = await house.sign_up("Ann"), await house.sign_up("Sam"), await house.sign_up("Eve")
    bob, liz = await house.sign_up("Bob"), await house.sign_up("Liz")
    used, own, replaced, expired = (
        await house.code(ann),
        await house.code(eve),
        await house.code(sam),
        await house.code(bob),
    )
    await house.claim(sam, used)
    of_paired = await house.code(sam)
    await house.pair(ann, sam)
    house.stage.move_clock(600)
    refusals = [
        await refused(house.claim(eve, code)) for code in ("ZZZZ-ZZZZZ", used, own, replaced, expired, of_paired)
    ]
    refusals.append(await refused(house.claim(eve, "?????????")))
    assert len({on_the_wire(refusal) for refusal in refusals}) == 1
    assert (refusals[0].code, refusals[0].fields) == ("INVALID_ARGUMENT", {"code": "code_not_valid"})
    assert (await house.claim(liz, await house.code(eve))).state == CONFIRM


async def test_my_own_code_is_not_used_up_by_my_trying_it(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    code = await house.code(ann)
    await refused(house.claim(ann, code))
    assert (await house.claim(sam, code)).state == CONFIRM


async def test_a_code_may_be_claimed_for_ten_minutes(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    code = await house.code(ann)
    house.stage.move_clock(595)
    await house.claim(sam, code)


async def test_of_fifty_claimants_one_wins(house: House) -> None:
    ann = await house.sign_up("Ann")
    names = [f"claimant{n}" for n in range(50)]
    claimants = await asyncio.gather(*(house.sign_up(name) for name in names))
    code = await house.code(ann)
    results = await asyncio.gather(*(house.claim(person, code) for person in claimants), return_exceptions=True)
    assert len([result for result in results if isinstance(result, pb.Pairing)]) == 1
    assert {getattr(r, "reason", "won") for r in results} == {"won", "code_not_valid"}
    one(await house.stage.recorded("pairing"), PairingClaimed)
    assert len((await house.of(ann).ListPairings(pb.ListPairingsRequest())).pairings) == 1


async def test_two_who_claim_each_others_codes_meet_in_one_pairing(house: House) -> None:
    for turn in range(5):
        ann, sam = await house.sign_up(f"Ann{turn}"), await house.sign_up(f"Sam{turn}")
        codes = await asyncio.gather(house.code(ann), house.code(sam))
        first, second = await asyncio.gather(house.claim(sam, codes[0]), house.claim(ann, codes[1]))
        assert first.id == second.id
        await asyncio.gather(house.confirm(ann, first.id), house.confirm(sam, first.id))
        assert (await house.couple(ann)).id == (await house.couple(sam)).id


async def test_who_is_paired_makes_no_code_and_claims_none(house: House) -> None:
    ann, sam, eve = await house.sign_up("Ann"), await house.sign_up("Sam"), await house.sign_up("Eve")
    await house.pair(ann, sam)
    for call in (house.code(ann), house.claim(sam, await house.code(eve)), house.claim(sam, "ZZZZ-ZZZZZ")):
        refusal = await refused(call)
        assert (refusal.code, refusal.reason) == ("FAILED_PRECONDITION", "already_paired")


async def test_who_was_paired_elsewhere_looks_like_who_takes_their_time(house: House) -> None:
    ann, sam, eve = await house.sign_up("Ann"), await house.sign_up("Sam"), await house.sign_up("Eve")
    with_eve = await house.claim(eve, await house.code(ann))
    with_sam = await house.claim(sam, await house.code(ann))
    await house.confirm(ann, with_eve.id)
    before = await house.pairing(eve, with_eve.id)
    await house.confirm(sam, with_sam.id)
    await house.confirm(ann, with_sam.id)
    assert (await house.pairing(eve, with_eve.id)).SerializeToString() == before.SerializeToString()
    assert (await house.confirm(eve, with_eve.id)).state == WAITING
    assert (await house.pairing(ann, with_eve.id)).state == CLOSED
    assert (await refused(house.confirm(ann, with_eve.id))).reason == "pairing_closed"
    assert (await refused(house.couple(eve))).reason == "not_connected"
    house.stage.move_clock(600)
    assert (await house.pairing(eve, with_eve.id)).state == CLOSED


async def test_a_pairing_that_both_did_not_confirm_in_time_is_closed(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    pairing = await house.claim(sam, await house.code(ann))
    await house.confirm(ann, pairing.id)
    house.stage.move_clock(600)
    assert (await refused(house.confirm(sam, pairing.id))).reason == "pairing_closed"
    assert await house.pairing(sam, pairing.id) == pb.Pairing(id=pairing.id, state=CLOSED)
    assert await house.pairing(ann, pairing.id) == pb.Pairing(id=pairing.id, state=CLOSED)


async def test_a_strangers_pairing_is_an_unknown_one(house: House) -> None:
    ann, sam, eve = await house.sign_up("Ann"), await house.sign_up("Sam"), await house.sign_up("Eve")
    pairing = await house.claim(sam, await house.code(ann))
    for call in (house.pairing, house.confirm):
        real, unknown = await refused(call(eve, pairing.id)), await refused(call(eve, str(uuid4())))
        assert on_the_wire(real) == on_the_wire(unknown)
        assert real.code == "NOT_FOUND"
    assert len((await house.of(eve).ListPairings(pb.ListPairingsRequest(ids=[pairing.id]))).pairings) == 0


async def test_my_pairings_newest_first_in_pages(house: House) -> None:
    ann = await house.sign_up("Ann")
    made = []
    for n in range(4):
        made.append((await house.claim(await house.sign_up(f"p{n}"), await house.code(ann))).id)
    page = await house.of(ann).ListPairings(pb.ListPairingsRequest(page_size=3))
    rest = await house.of(ann).ListPairings(pb.ListPairingsRequest(page_size=3, page_token=page.next_page_token))
    assert [pairing.id for pairing in (*page.pairings, *rest.pairings)] == made[::-1]
    chosen = await house.of(ann).ListPairings(pb.ListPairingsRequest(ids=made[:1]))
    assert [pairing.other.display_name for pairing in chosen.pairings] == ["p0"]


@pytest.mark.parametrize("seed", range(3))
async def test_nobody_is_ever_in_two_couples(house: House, seed: int) -> None:
    """Five people claim and confirm with whomever they can, all at once."""
    chance = random.Random(seed)
    people = [await house.sign_up(f"n{n}") for n in range(5)]
    pairings: list[tuple[Person, Person, str]] = []
    for inviter in people:
        invitee = chance.choice([person for person in people if person != inviter])
        pairings.append((inviter, invitee, (await house.claim(invitee, await house.code(inviter))).id))
    confirms = [(person, pairing) for *two, pairing in pairings for person in two]
    chance.shuffle(confirms)
    await asyncio.gather(*(house.confirm(person, pairing) for person, pairing in confirms), return_exceptions=True)
    formed = [e for e in await house.stage.recorded("pairing") if isinstance(e, CoupleFormed)]
    members = [person for couple in formed for person in (couple.inviter_id, couple.invitee_id)]
    assert formed
    assert len(members) == len(set(members))


async def test_twins_with_one_key_get_one_answer(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    caller = house.of(ann)
    codes = await asyncio.gather(
        *(caller.CreatePairingCode(pb.CreatePairingCodeRequest(), key="code") for _ in range(5))
    )
    assert len({reply.code for reply in codes}) == 1
    request = pb.ClaimPairingRequest(code=codes[0].code)
    claims = await asyncio.gather(*(house.of(sam).ClaimPairing(request, key="claim") for _ in range(5)))
    assert len({reply.SerializeToString() for reply in claims}) == 1
    pairing = claims[0].pairing.id
    await house.confirm(ann, pairing)
    confirms = await asyncio.gather(*(house.confirm(sam, pairing, key="confirm") for _ in range(5)))
    assert len({reply.couple_id for reply in confirms}) == 1
    events = await house.stage.recorded("pairing")
    one(events, PairingClaimed)
    one(events, CoupleFormed)


async def test_a_key_with_another_request_is_refused(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    await house.of(sam).ClaimPairing(pb.ClaimPairingRequest(code=await house.code(ann)), key="k")
    other = house.of(sam).ClaimPairing(pb.ClaimPairingRequest(code="ZZZZ-ZZZZZ"), key="k")
    assert (await refused(other)).reason == "idempotency_key_reused"
