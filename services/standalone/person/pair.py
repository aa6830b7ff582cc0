"""`twolamps pair`: two people become connected. One shows a code, the other types it, and both say who they mean.

Promises: nobody is connected without having answered a clear question with the other's name in it.
"""

import asyncio
from collections.abc import Set
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

import typer

from standalone.person.calling import live
from standalone.person.voice import Json, Unmet, Url, Voice, plain
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_client import Twolamps

LOOK_S, TICK_S = 2.0, 1.0
OPEN = (pb.PAIRING_STATE_CONFIRM, pb.PAIRING_STATE_WAITING)


def pair(
    code: Annotated[str, typer.Argument(help="the code that the other shows; without one a code is shown here")] = "",
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Connect with the other: show a code, or type theirs, then both confirm."""
    live(url, Voice(as_json), partial(_pair, code=code))


async def _pair(client: Twolamps, voice: Voice, code: str) -> None:
    if code:
        pairing = (await client.pairing.claim_pairing(code=code)).pairing
    else:
        known = (await client.pairing.list_pairings()).pairings
        waits = (pairing for pairing in known if pairing.state in OPEN)
        pairing = next(waits, None) or await _claimed_by_other(client, voice, {pairing.id for pairing in known})
    if pairing.state == pb.PAIRING_STATE_CONFIRM:
        who = _who(pairing.other)
        if not voice.ask(f"On the other side is {who}. Do you want to be connected with {who}?"):
            raise Unmet("Nothing was confirmed, and without your yes nothing will be. Next: twolamps pair")
        pairing = (await client.pairing.confirm_pairing(pairing.id)).pairing
    if pairing.state == pb.PAIRING_STATE_WAITING:
        pairing = await _confirmed_by_other(client, voice, pairing)
    if pairing.state != pb.PAIRING_STATE_PAIRED:
        raise Unmet("This pairing is closed: it takes a yes from both of you in time. Next: twolamps pair")
    voice.say(f"You and {_who(pairing.other)} are connected. Next: twolamps today", style="green")
    voice.give(pairing)


async def _claimed_by_other(client: Twolamps, voice: Voice, known: Set[str]) -> pb.Pairing:
    """Show a code until somebody has typed it: until there is a pairing that is not among the known ones."""
    code = await client.pairing.create_pairing_code()
    until = code.expires_at.ToDatetime(UTC)
    voice.say("The other types this code with: twolamps pair CODE, or in the app.")
    voice.say(f"\n    {code.code}\n", style="bold")
    with voice.waiting("Waiting for the other ...") as shown:
        while (left := until - datetime.now(UTC)) > timedelta():
            for pairing in (await client.pairing.list_pairings()).pairings:
                if pairing.id not in known and pairing.state != pb.PAIRING_STATE_CLOSED:
                    return pairing
            for tick in range(int(LOOK_S / TICK_S)):
                seconds = max(int(left.total_seconds() - tick * TICK_S), 0)
                shown.update(f"Waiting for the other; the code is good for {seconds // 60}:{seconds % 60:02} more.")
                await asyncio.sleep(TICK_S)
    raise Unmet("Nobody typed the code in time. Next: twolamps pair")


async def _confirmed_by_other(client: Twolamps, voice: Voice, pairing: pb.Pairing) -> pb.Pairing:
    """The pairing once the other has said yes, or it has closed."""
    with voice.waiting(f"You said yes. Waiting for {_who(pairing.other)} ..."):
        while pairing.state == pb.PAIRING_STATE_WAITING:
            await asyncio.sleep(LOOK_S)
            pairing = (await client.pairing.get_pairing(pairing.id)).pairing
    return pairing


def _who(other: pb.OtherSide) -> str:
    return plain(f"{other.display_name} ({other.pronouns})" if other.pronouns else other.display_name)
