"""How does a command reach the platform? With the session that is kept for its address; what fails is one line.

Promises: no traceback; each line says what is so and what to do next; a password is never asked.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import typer
from google.protobuf.json_format import ParseError

from standalone.person.places import folder, token_file, whole_url
from standalone.person.times import zone_of
from standalone.person.voice import Unmet, Voice, plain
from standalone.terminal import stop
from twolamps_client import (
    InvalidRequest,
    NotConnected,
    NotFound,
    Patience,
    RateLimited,
    Twolamps,
    TwolampsError,
    Unauthenticated,
    Unavailable,
)

Story = Callable[[Twolamps, Voice], Awaitable[None]]
PATIENCE = Patience(deadline=timedelta(seconds=15), attempts=4)
"""Somebody sits there and waits."""
NEXT = {
    "already_paired": "Next: twolamps today",
    "code_not_valid": "Next: let the other show a new one with: twolamps pair",
    "pairing_closed": "Next: twolamps pair",
    "stale_sequence": "Next: twolamps invite list",
    "not_your_turn": "Next: twolamps invite list",
}
"""What to do about a broken rule, where its sentence does not say it."""


def live(url: str, voice: Voice, story: Story) -> None:
    """Do a command; where it fails, say so in a line and end with exit code 1."""
    whole = url
    try:
        whole = whole_url(url)
        asyncio.run(_with_client(whole, voice, story))
    except TwolampsError as error:
        stop(sentence(error, whole))
    except Unmet as error:
        stop(str(error))
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    except ParseError:
        stop(
            f"The session for {whole} that is kept in {folder()} cannot be read. Remove its file, then: twolamps login"
        )
    except BrokenPipeError:
        raise  # whoever read our output has enough of it
    except OSError as error:
        stop(f"What the command line keeps cannot be used: {error}")


def sentence(error: TwolampsError, url: str) -> str:
    """One line for a refusal, with the next step."""
    match error:
        case Unauthenticated():
            return f"You are not signed in at {url}. Next: twolamps login --url {url}"
        case NotConnected():
            return "You are not connected with anybody. Next: twolamps pair"
        case Unavailable():
            return f"{url} does not answer. Is it running, and the right address? Name another one with --url."
        case NotFound():
            return "There is no such thing for you. The lists tell what there is: twolamps invite list, twolamps remind list"
        case RateLimited(retry_after=timedelta() as wait):
            return f"{error.detail}. Try again in {wait.total_seconds():.0f} s.".replace("..", ".")
        case InvalidRequest(fields=(_, *_)):
            told = "; ".join(f"{field.field}: {field.detail}" for field in error.fields)
        case _:
            told = error.detail or error.reason
    return " ".join(filter(None, (plain(told), NEXT.get(error.reason, ""))))


async def own_zone(client: Twolamps) -> ZoneInfo:
    """The zone of my profile, on whose wall clock times are typed and shown."""
    return zone_of((await client.pairing.get_me()).me.zone)


async def _with_client(url: str, voice: Voice, story: Story) -> None:
    async with Twolamps(url, token_store=token_file(url), patience=PATIENCE) as client:
        await story(client, voice)
