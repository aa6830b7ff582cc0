"""Does anything of a sealed answer reach the other? Each reply and stream byte is searched; then both open at once."""

import asyncio
import secrets

from standalone.demo.contract import KEPT_READS, LIVE_READS
from standalone.demo.evening import Evening
from standalone.demo.people import Person, Reply
from twolamps.prompts.v1 import prompts_pb2 as pb

READS = tuple(path for path in LIVE_READS + KEPT_READS if path != "/v1/sessions")
"""Everything a person can read without an id; but for the sessions, whose last use moves with each call."""
LISTEN_S = 0.7


async def answer(evening: Evening) -> None:
    """Both answer; neither sees the other's words until both have."""
    ada, ben, facts = evening.ada, evening.ben, evening.facts
    marks = {person.name: secrets.token_hex(12) for person in evening.both}
    for person in evening.both:
        evening.words[person.name] = (
            f"{person.name} says: I was quiet because I was tired, not because of you. {marks[person.name]}"
        )
    before = await read_all(ben)
    cursor = (await ben.client.notifications.list_inbox()).cursor
    changes = len(list(ben.diary.lines()))
    sealed = await _seal(evening, ada)
    facts.holds(
        "Ada's answer is sealed", sealed.state == pb.PROMPT_STATE_SEALED and not sealed.partner_answer, sealed.state
    )
    streamed = await ben.stream_bytes(cursor, LISTEN_S)
    after = await read_all(ben)
    sought = [evening.words[ada.name], marks[ada.name]]
    seen = [reply.everything for reply in after.values()] + [streamed, ben.diary.whole()]
    facts.nothing_of("no byte that Ben can read or hear holds Ada's words", sought, seen)
    differs = [path for path in READS if before[path].status != 200 or before[path] != after[path]]
    facts.holds(
        f"each of Ben's {len(READS)} reads is byte for byte as before: state, counts, cursor", not differs, differs
    )
    quiet = len(list(ben.diary.lines())) == changes
    facts.holds("Ben's stream said nothing of it", quiet and b"event: change" not in streamed, streamed)
    opened = await _seal(evening, ben)
    facts.holds("with Ben's answer both open: Ben sees Ada's words", opened.partner_answer == evening.words[ada.name])
    today = {person.name: await prompt_of(person, evening.prompt.id) for person in evening.both}
    facts.holds("at once: Ada sees Ben's", today[ada.name].partner_answer == evening.words[ben.name])
    moments = {prompt.revealed_at.ToNanoseconds() for prompt in (opened, *today.values())}
    facts.holds("it opened at one moment for both", len(moments) == 1 and 0 not in moments, moments)
    for person in evening.both:
        reveals = (await person.client.prompts.list_reveals()).reveals
        told = [(each.id, each.my_answer, each.partner_answer) for each in reveals]
        mine, theirs = evening.words[person.name], evening.words[evening.other(person).name]
        facts.holds(f"{person} finds both answers among what opened", told == [(evening.prompt.id, mine, theirs)], told)
    await evening.told("the answers are open to both", "answers_revealed", evening.prompt.id, ada, ben)


async def read_all(person: Person) -> dict[str, Reply]:
    """Everything this person can read, raw."""
    replies = await asyncio.gather(*(person.read(path) for path in READS))
    return dict(zip(READS, replies, strict=True))


async def prompt_of(person: Person, prompt_id: str) -> pb.Prompt:
    """One of today's prompts, as this person sees it."""
    today = await person.client.prompts.get_today()
    return next(prompt for prompt in today.prompts if prompt.id == prompt_id)


async def _seal(evening: Evening, person: Person) -> pb.Prompt:
    sealed = await person.client.prompts.seal_answer(evening.prompt.id, text=evening.words[person.name])
    return sealed.prompt
