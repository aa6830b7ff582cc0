"""How do two people become a couple? One makes a code, the other claims it, both confirm. Runs against TWOLAMPS_URL."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

from twolamps.pairing.v1.pairing_pb2 import PAIRING_STATE_CONFIRM
from twolamps_client import NotConnected, Twolamps

URL = os.environ.get("TWOLAMPS_URL", "http://127.0.0.1:8400")
GRPC = os.environ.get("TWOLAMPS_GRPC", "127.0.0.1:8401")


@asynccontextmanager
async def new_person(name: str, zone: str) -> AsyncIterator[Twolamps]:
    """A client of somebody who has just signed up and in."""
    mail, password = f"{name.lower()}.{uuid4().hex[:12]}@example.org", f"lamp-{uuid4()}"
    async with Twolamps(URL, grpc=GRPC) as client:
        await client.sign_up(mail=mail, password=password, display_name=name, zone=zone, adult=True)
        await client.sign_in(mail, password)
        yield client


async def pair(ada: Twolamps, ben: Twolamps) -> None:
    """Make them a couple. Each sees who is on the other side before confirming."""
    code = (await ada.pairing.create_pairing_code()).code
    claimed = (await ben.pairing.claim_pairing(code=code)).pairing
    print(f"Ben sees {claimed.other.display_name} and confirms.")
    await ben.pairing.confirm_pairing(claimed.id)
    async for pairing in ada.pairing.all_pairings():
        if pairing.state == PAIRING_STATE_CONFIRM:
            print(f"Ada sees {pairing.other.display_name} and confirms.")
            await ada.pairing.confirm_pairing(pairing.id)


async def main() -> None:
    """Two people meet, and part again."""
    async with new_person("Ada", "Europe/Berlin") as ada, new_person("Ben", "America/New_York") as ben:
        await pair(ada, ben)
        couple = (await ben.pairing.get_couple()).couple
        print(f"Ben and {couple.partner.display_name} are a couple; their day starts at {couple.calendar.day_start}.")
        await ada.pairing.end_couple()
        try:
            await ben.pairing.get_couple()
        except NotConnected as error:
            print(f"After the end: {error.detail}")
        else:
            raise SystemExit("the end has not reached Ben")


if __name__ == "__main__":
    asyncio.run(main())
