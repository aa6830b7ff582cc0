"""`twolamps answer`: write an answer to one of today's prompts and seal it.

Promises: words come from an editor or from stdin, so that they stand in no list of processes and no shell's history, unless
--text says them; what was written and could not be sealed is kept for the next try, for its writer's eyes only.
"""

import os
import shlex
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from standalone.person.calling import live
from standalone.person.places import draft, forget_draft
from standalone.person.today import show_prompt
from standalone.person.voice import Json, Unmet, Url, Voice, plain, stoppable
from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps_client import Twolamps, TwolampsError

CUT = "------ What stands below this line is not part of your answer. ------"


def answer(
    which: Annotated[int, typer.Argument(help="its number in twolamps today")] = 1,
    text: Annotated[
        str | None, typer.Option(help="the answer itself; other people of this machine may see what is typed here")
    ] = None,
    leave_light: Annotated[
        bool | None,
        typer.Option("--leave-light/--no-light", help="tell the other that you left something, or take that back"),
    ] = None,
    url: Url = "",
    as_json: Json = False,
) -> None:
    """Answer a prompt in your editor ($VISUAL, $EDITOR), or from stdin; it opens when both of you have answered."""
    live(url, Voice(as_json), partial(_answer, which=which, text=text, leave_light=leave_light))


async def _answer(client: Twolamps, voice: Voice, which: int, text: str | None, leave_light: bool | None) -> None:
    prompts = (await client.prompts.get_today()).prompts
    if not 1 <= which <= len(prompts):
        raise Unmet("There is no such prompt today. Next: twolamps today")
    prompt, me = prompts[which - 1], client.session.person_id
    if prompt.state == pb.PROMPT_STATE_REVEALED:
        raise Unmet("This prompt is open to both of you, so its answer stands. Next: twolamps today")
    words = _words(draft(me, prompt.id), prompt) if text is None else text
    if not words.strip():
        forget_draft(me, prompt.id)
        raise Unmet("Nothing was written, so nothing was sealed.")
    light = prompt.light_left_by_me if leave_light is None else leave_light
    try:
        sealed = (await client.prompts.seal_answer(prompt.id, text=words.strip("\n"), leave_light=light)).prompt
    except TwolampsError:
        if draft(me, prompt.id).exists():
            voice.say("It is not sealed. What you wrote is kept, and the next twolamps answer opens it again.")
        raise
    forget_draft(me, prompt.id)
    if sealed.state == pb.PROMPT_STATE_REVEALED:
        partner = (await client.pairing.get_couple()).couple.partner.display_name
        show_prompt(voice, sealed, plain(partner))
    else:
        voice.say("Sealed. It opens when both of you have answered; until then nobody but you can read it.")
    voice.give(sealed)


def _words(path: Path, prompt: pb.Prompt) -> str:
    """What the person writes."""
    with stoppable():
        return _edited(path, prompt) if sys.stdin.isatty() else sys.stdin.read()


def _edited(path: Path, prompt: pb.Prompt) -> str:
    """What stands above the line in the file that an editor was given; a draft that was kept is there again."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(f"{prompt.my_answer}\n\n{CUT}\n{prompt.text}\n")
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi"
    try:
        subprocess.run([*shlex.split(editor), str(path)], check=True)
        return _above(path)
    except (OSError, ValueError, subprocess.CalledProcessError) as error:
        raise Unmet(f"The editor {editor} did not work. Name one with EDITOR, or pass your answer to stdin.") from error


def _above(path: Path) -> str:
    return path.read_text().partition(CUT)[0].strip("\n")
