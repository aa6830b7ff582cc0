"""The starter pack is what it claims to be, and a pack that is not is refused by name."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from prompts.domain.library import DEPTHS, STRATEGIES, PackNotUsable, parse_pack

STARTER = Path(__file__).parents[2] / "content" / "starter.json"


def starter() -> list[dict[str, Any]]:
    pack: list[dict[str, Any]] = json.loads(STARTER.read_text(encoding="utf-8"))
    return pack


def test_the_starter_pack_has_eight_prompts_for_each_strategy() -> None:
    assert Counter(prompt.strategy for prompt in parse_pack(starter())) == dict.fromkeys(STRATEGIES, 8)


def test_the_starter_pack_is_light_first_and_reaches_every_depth_in_every_strategy() -> None:
    pack = parse_pack(starter())
    depths = Counter(prompt.depth for prompt in pack)
    assert depths[1] >= 16
    assert depths[2] >= 14
    assert {(prompt.strategy, prompt.depth) for prompt in pack} == {(s, d) for s in STRATEGIES for d in DEPTHS}


def test_a_prompt_keeps_the_fields_of_its_entry() -> None:
    entry = starter()[5]
    prompt = parse_pack(starter())[5]
    assert entry == {name: getattr(prompt, name) for name in ("id", "strategy", "depth", "topic", "text")}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "quiet-morning"),
        ("id", "p-Quiet"),
        ("id", "p-quiet morning"),
        ("id", 7),
        ("id", "p-not-mentioned-yet"),
        ("strategy", 0),
        ("strategy", 6),
        ("strategy", True),
        ("strategy", "1"),
        ("depth", 0),
        ("depth", 4),
        ("depth", 1.0),
        ("topic", ""),
        ("topic", "Two words"),
        ("text", ""),
        ("text", "a" * 201),
        ("text", "What a day!"),
        ("text", "Two\nlines?"),
        ("text", "Ends in a space? "),
        ("text", "Cafe\u0301?"),
        ("text", "WHAT SMALL THING FROM THIS WEEK HAVE THE TWO OF YOU NOT TALKED ABOUT YET?"),
    ],
)
def test_a_pack_with_a_broken_field_is_refused(field: str, value: object) -> None:
    pack = starter()
    pack[0][field] = value
    with pytest.raises(PackNotUsable):
        parse_pack(pack)


def test_a_text_of_two_hundred_characters_is_accepted() -> None:
    pack = starter()
    pack[0]["text"] = "a" * 200
    assert parse_pack(pack)[0].text == "a" * 200


@pytest.mark.parametrize("pack", [None, {}, "p", [None], [[]], []])
def test_what_is_no_list_of_prompts_is_refused(pack: object) -> None:
    with pytest.raises(PackNotUsable):
        parse_pack(pack)


@pytest.mark.parametrize("extra", [{"author": "x"}, {}])
def test_a_field_too_many_or_too_few_is_refused(extra: dict[str, str]) -> None:
    pack = starter()
    pack[0] = pack[0] | extra if extra else {name: value for name, value in pack[0].items() if name != "topic"}
    with pytest.raises(PackNotUsable, match="prompt 1"):
        parse_pack(pack)


def test_a_pack_with_too_few_light_prompts_is_refused() -> None:
    light = [entry for entry in starter() if entry["depth"] == 1]
    assert len(parse_pack(light[:14])) == 14
    with pytest.raises(PackNotUsable, match="depth 1"):
        parse_pack(light[:13])
