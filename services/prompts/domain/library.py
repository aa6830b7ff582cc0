"""Which prompts are there? The shape of one prompt, and what a content pack must satisfy before any of it is dealt."""

import re
import unicodedata
from dataclasses import dataclass

STRATEGIES = (1, 2, 3, 4, 5)
DEPTHS = (1, 2, 3)
TEXT_LIMIT = 200
# The fewest from which no deal can offer a prompt whose round is still open: three prompts a day, open for three days.
FIRST_DEPTH_AT_LEAST = 14

_FIELDS = {"id", "strategy", "depth", "topic", "text"}
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class PackNotUsable(ValueError):
    """A content pack breaks a rule of this module; the message, for whoever writes packs, names entry and rule."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question for two people: `id` a slug that never changes, `strategy` 1..5, `depth` 1 (light) .. 3 (deep)."""

    id: str
    strategy: int
    depth: int
    topic: str
    text: str


def parse_pack(data: object) -> tuple[Prompt, ...]:
    """The prompts of a pack given as parsed JSON (a list of objects with exactly the fields of `Prompt`), in its order.

    Raises `PackNotUsable` for a wrong shape, for ids or texts that occur twice, and when depth 1 holds too few prompts
    to deal from without offering one that is still open.
    """
    if not isinstance(data, list):
        raise PackNotUsable("a pack is a list of prompts")
    prompts = tuple(_parse_prompt(entry, f"prompt {number}") for number, entry in enumerate(data, start=1))
    if len({prompt.id for prompt in prompts}) < len(prompts):
        raise PackNotUsable("two prompts have the same id")
    if len({prompt.text.casefold() for prompt in prompts}) < len(prompts):
        raise PackNotUsable("two prompts have the same text")
    if sum(prompt.depth == 1 for prompt in prompts) < FIRST_DEPTH_AT_LEAST:
        raise PackNotUsable(f"a pack has at least {FIRST_DEPTH_AT_LEAST} prompts of depth 1")
    return prompts


def _parse_prompt(entry: object, where: str) -> Prompt:
    if not isinstance(entry, dict) or set(entry) != _FIELDS:
        raise PackNotUsable(f"{where}: an object with exactly {', '.join(sorted(_FIELDS))}")
    identity, topic, text = (_string(entry[name], f"{where}, {name}") for name in ("id", "topic", "text"))
    if not identity.startswith("p-") or not _SLUG.fullmatch(identity):
        raise PackNotUsable(f"{where}, id: lower-case words joined by '-', the first one 'p'")
    if not _SLUG.fullmatch(topic):
        raise PackNotUsable(f"{where}, topic: lower-case words joined by '-'")
    if not 1 <= len(text) <= TEXT_LIMIT or text != " ".join(text.split()) or text != unicodedata.normalize("NFC", text):
        raise PackNotUsable(f"{where}, text: one line of 1 to {TEXT_LIMIT} characters, NFC, single spaces")
    if "!" in text:
        raise PackNotUsable(f"{where}, text: no exclamation marks")
    return Prompt(
        id=identity,
        strategy=_one_of(entry["strategy"], STRATEGIES, f"{where}, strategy"),
        depth=_one_of(entry["depth"], DEPTHS, f"{where}, depth"),
        topic=topic,
        text=text,
    )


def _string(value: object, where: str) -> str:
    if not isinstance(value, str):
        raise PackNotUsable(f"{where}: a string")
    return value


def _one_of(value: object, allowed: tuple[int, ...], where: str) -> int:
    # JSON's true is an int to Python, and 1.0 equals 1: neither is a depth.
    if type(value) is not int or value not in allowed:
        raise PackNotUsable(f"{where}: one of {', '.join(map(str, allowed))}")
    return value
