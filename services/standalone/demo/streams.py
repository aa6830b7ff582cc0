"""Is every notice seen once, whatever happens to the process that listens? Starting, killing and comparing diaries."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from standalone.demo.evening import Evening
from standalone.demo.people import Person

LISTENS_WITHIN_S = 30.0
DAILY = "prompts_dealt"  # a couple's day may begin during the story; then another of these comes


async def listen(evening: Evening, person: Person) -> int:
    """Start a listening process; the count of lines that were there before. It is heard once it wrote `ready`."""
    before = len(list(person.diary.lines()))
    process = await person.start_watcher()

    async def look() -> bool | None:
        return any(line.what == "ready" and line.process == process for line in person.diary.lines()) or None

    sentence = f"{person} listens over {person.transport}, in a process of their own"
    await evening.facts.comes(sentence, look, within_s=LISTENS_WITHIN_S)
    return before


@asynccontextmanager
async def away(evening: Evening, person: Person, at_least: int = 3) -> AsyncIterator[None]:
    """The listening process is killed; what happens meanwhile comes to the next one, once and in order."""
    await person.kill_watcher()
    seen = {line.id for line in person.added()}
    evening.facts.holds(f"{person}'s stream is lost: its process was killed", True)
    yield
    missed = [line.id for line in await person.inbox() if line.id not in seen]
    evening.facts.holds(f"{len(missed)} notices came for {person} meanwhile", len(missed) >= at_least, missed)
    evening.facts.holds(
        f"nobody saw them yet, as {person} does not listen", seen == {line.id for line in person.added()}
    )
    before = await listen(evening, person)

    async def look() -> list[str] | None:
        resumed = [line.id for line in list(person.diary.lines())[before:] if line.what == "added"]
        return resumed if len(resumed) >= len(missed) else None

    resumed = await evening.facts.comes(f"{person}'s new process resumes from its cursor", look, told=False)
    evening.facts.holds(f"{person}'s new process has each of them, once and in order", resumed == missed, resumed)


async def every_notice_once(evening: Evening) -> None:
    """Every notice reached the right person, once; none is missing."""
    for person in evening.both:
        await _streams_agree_with_inbox(evening, person)
        came = Counter(line.notice for line in person.added() if line.kind != DAILY)
        meant = Counter(notice for notice in evening.expected[person.name] if notice[0] != DAILY)
        sentence = f"{person} was told {came.total()} things: all that concern {person}, nothing else"
        evening.facts.holds(sentence, came == meant, f"too many {came - meant}, missing {meant - came}")


async def _streams_agree_with_inbox(evening: Evening, person: Person) -> None:
    async def look() -> bool | None:
        lines = list(person.diary.lines())
        taken = {line.id for line in lines if line.what == "removed"}
        shown = {line.id for line in lines if line.what == "added"} - taken
        return shown == {line.id for line in await person.inbox()} or None

    await evening.facts.comes(f"{person}'s stream and inbox tell the same", look, found="they differ")
    lines = list(person.diary.lines())
    doubled = [id_ for id_, times in Counter(line.id for line in lines if line.what == "added").items() if times > 1]
    places = [line.cursor for line in lines if line.what != "ready"]
    evening.facts.holds(f"{person} saw no notice twice", not doubled and len(set(places)) == len(places), doubled)
    honest = [line for line in lines if line.what == "reload"]
    evening.facts.holds(f"{person}'s history was never gone", not honest, honest)
