"""`twolamps logout`: end the session of this machine, here and on the platform."""

from standalone.person.calling import live
from standalone.person.places import forget_draft
from standalone.person.voice import Json, Url, Voice
from twolamps_client import Twolamps


def logout(url: Url = "", as_json: Json = False) -> None:
    """Sign out on this machine; a draft that was kept here goes with it."""
    live(url, Voice(as_json), _logout)


async def _logout(client: Twolamps, voice: Voice) -> None:
    was_signed_in = client.signed_in
    if was_signed_in:
        forget_draft(client.session.person_id)
    await client.sign_out()
    voice.say("You are signed out." if was_signed_in else "You were not signed in.")
    voice.give({"signedOut": was_signed_in})
