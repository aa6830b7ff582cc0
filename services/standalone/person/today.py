"""`twolamps today`: the couple's prompt of the day, its two alternates, and how far each has come for me."""

import asyncio

from standalone.person.calling import live
from standalone.person.voice import Json, Url, Voice, plain
from twolamps.prompts.v1 import prompts_pb2 as pb
from twolamps_client import Twolamps

STATES = {
    pb.PROMPT_STATE_OPEN: "you have not answered it",
    pb.PROMPT_STATE_SEALED: "your answer is sealed",
    pb.PROMPT_STATE_REVEALED: "open to both of you",
    pb.PROMPT_STATE_STAYED_CLOSED: "it stayed closed",
}


def today(url: Url = "", as_json: Json = False) -> None:
    """Show today's prompt and its alternates."""
    live(url, Voice(as_json), _today)


async def _today(client: Twolamps, voice: Voice) -> None:
    dealt, ours = await asyncio.gather(client.prompts.get_today(), client.pairing.get_couple())
    partner = plain(ours.couple.partner.display_name)
    voice.say(
        f"{dealt.day}, with {partner}"
        if dealt.prompts
        else "The first prompts are being dealt; look again in a moment."
    )
    for number, prompt in enumerate(dealt.prompts, 1):
        voice.say("")
        show_prompt(voice, prompt, partner, f"{number}  ")
    if any(prompt.state == pb.PROMPT_STATE_OPEN for prompt in dealt.prompts):
        voice.say("\nNext: twolamps answer, or twolamps answer 2 for an alternate")
    voice.give(dealt)


def show_prompt(voice: Voice, prompt: pb.Prompt, partner: str, before: str = "") -> None:
    """A prompt, and what may be read of it."""
    margin = " " * len(before)
    voice.say(f"{before}{plain(prompt.text)}", style="bold")
    told = [STATES.get(prompt.state, ""), "a light for them is on" if prompt.light_left_by_me else ""]
    told.append(f"{partner} left you something" if prompt.light_left_by_partner else "")
    voice.say(margin + ", ".join(filter(None, told)))
    for who, words in (("You", prompt.my_answer), (partner, prompt.partner_answer)):
        for number, line in enumerate(plain(words).splitlines()):
            voice.say(f"{margin}{who}: {line}" if number == 0 else f"{margin}{' ' * len(who)}  {line}")
