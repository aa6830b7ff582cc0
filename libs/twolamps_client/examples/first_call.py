"""How does one sign up, sign in and make a first call? Run it against TWOLAMPS_URL."""

import asyncio
import os
from uuid import uuid4

from twolamps_client import Twolamps

URL = os.environ.get("TWOLAMPS_URL", "http://127.0.0.1:8400")


async def main() -> None:
    """Sign a new person up and ask who they are."""
    mail, password = f"ada.{uuid4().hex[:12]}@example.org", f"lamp-{uuid4()}"
    async with Twolamps(URL) as client:
        await client.sign_up(mail=mail, password=password, display_name="Ada", zone="Europe/Berlin", adult=True)
        await client.sign_in(mail, password, client_name="first_call.py")
        me = (await client.pairing.get_me()).me
        print(f"Hello {me.display_name}, in {me.zone}.")
        await client.sign_out()


if __name__ == "__main__":
    asyncio.run(main())
