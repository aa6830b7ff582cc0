"""`twolamps login`: sign in on this machine by a code, typed where one is signed in already; no password is asked here."""

import platform
from datetime import UTC
from functools import partial
from typing import Annotated

import typer

from standalone.person.calling import live
from standalone.person.places import remember, whole_url
from standalone.person.voice import Json, Unmet, Url, Voice, data, plain
from twolamps_client import InvalidRequest, Twolamps, Unauthenticated

LONGEST_NAME = 60


def login(
    url: Url = "",
    name: Annotated[str, typer.Option(help="what this machine is called in your list of sessions")] = "",
    as_json: Json = False,
) -> None:
    """Sign in: type the code that is shown in the web app, with your password there."""
    live(url, Voice(as_json), partial(_login, url=url, name=name))


async def _login(client: Twolamps, voice: Voice, url: str, name: str) -> None:
    whole = whole_url(url)
    if client.signed_in and await _is_good(client):
        voice.say("You are signed in already. Somebody else would first say: twolamps logout")
    else:
        called = name or f"twolamps on {platform.node() or 'a machine'}"[:LONGEST_NAME]
        code = await client.pairing.create_device_code(client_name=called)
        until = code.expires_at.ToDatetime(UTC).astimezone()
        voice.say(
            f"Open {whole}{code.verification_path} where you are signed in, and type this code with your password:"
        )
        voice.say(f"\n    {code.user_code}\n", style="bold")
        voice.say(f"It is for this machine, “{plain(called)}”, and good until {until:%H:%M}.")
        try:
            with voice.waiting("Waiting for you there ..."):
                await client.sign_in_by_device(code)
        except InvalidRequest as error:
            raise Unmet("Nobody approved it in time. Next: twolamps login") from error
    remember(whole)
    me = (await client.pairing.get_me()).me
    voice.say(f"You are signed in as {plain(me.display_name)}. Next: twolamps today")
    voice.give({"url": whole, "me": data(me)})


async def _is_good(client: Twolamps) -> bool:
    """Whether the session that is kept goes on."""
    try:
        await client.pairing.get_me()
    except Unauthenticated:
        return False
    return True
