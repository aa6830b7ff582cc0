"""What a couple is dealt: the same three to both, nothing again before all were dealt, strategies in turn."""

import json
import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prompts.domain.library import Prompt, parse_pack
from prompts.domain.rounds import deal

STARTER = parse_pack(json.loads((Path(__file__).parents[2] / "content" / "starter.json").read_text(encoding="utf-8")))
FIRST_DAY = date(2025, 1, 1)

seeds = st.binary(min_size=16, max_size=16)
levels = st.sampled_from([1, 2, 3])
days = st.dates(date(2020, 1, 1), date(2040, 1, 1))
libraries = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 3)), min_size=3, max_size=30).map(
    lambda kinds: [Prompt(f"p-{n}", strategy, depth, "any", f"{n}?") for n, (strategy, depth) in enumerate(kinds)]
)


def deals(library: list[Prompt], seed: bytes, level: int, first_day: date, count: int) -> list[tuple[Prompt, ...]]:
    history: list[str] = []
    dealt: list[tuple[Prompt, ...]] = []
    for passed in range(count):
        three = deal(library, history, seed, first_day + timedelta(days=passed), level)
        history += [prompt.id for prompt in three]
        dealt.append(three)
    return dealt


@given(
    seed=seeds, level=levels, day=days, history=st.lists(st.sampled_from([p.id for p in STARTER])), shuffle=st.randoms()
)
def test_both_members_are_dealt_the_same_three(
    seed: bytes, level: int, day: date, history: list[str], shuffle: random.Random
) -> None:
    other_order = list(STARTER)
    shuffle.shuffle(other_order)
    three = deal(STARTER, history, seed, day, level)
    assert three == deal(other_order, list(history), seed, day, level)
    assert len(set(three)) == 3


@given(library=libraries, seed=seeds, level=levels, day=days)
def test_nothing_repeats_until_the_library_at_that_level_is_exhausted(
    library: list[Prompt], seed: bytes, level: int, day: date
) -> None:
    eligible = {prompt.id for prompt in library if prompt.depth <= level}
    if len(eligible) < 3:
        with pytest.raises(ValueError, match="three"):
            deal(library, [], seed, day, level)
        return
    flat = [prompt.id for three in deals(library, seed, level, day, -(-len(eligible) // 3)) for prompt in three]
    assert set(flat[: len(eligible)]) == eligible


@given(seed=seeds, level=levels, day=days)
def test_an_exhausted_library_deals_the_prompt_dealt_longest_ago(seed: bytes, level: int, day: date) -> None:
    eligible = [prompt for prompt in STARTER if prompt.depth <= level]
    history = [prompt.id for prompt in eligible]
    random.Random(seed).shuffle(history)
    prompt, *alternates = deal(STARTER, history, seed, day, level)
    assert prompt.id == history[0]
    older_half = history[: len(history) // 2 + 2]
    assert {alternate.id for alternate in alternates} < set(older_half)


@given(seed=seeds, level=levels, day=days)
def test_a_prompt_of_the_starter_pack_never_comes_back_while_its_round_is_open(
    seed: bytes, level: int, day: date
) -> None:
    dealt = deals(list(STARTER), seed, level, day, 60)
    for three in zip(dealt, dealt[1:], dealt[2:], strict=False):
        assert len({prompt.id for one_day in three for prompt in one_day}) == 9


@given(mix=st.lists(st.integers(1, 5), min_size=14, max_size=14), seed=seeds, day=days)
def test_the_smallest_pack_allowed_never_offers_what_is_still_open(mix: list[int], seed: bytes, day: date) -> None:
    library = [Prompt(f"p-{number}", strategy, 1, "any", f"{number}?") for number, strategy in enumerate(mix)]
    dealt = deals(library, seed, 1, day, 40)
    for three in zip(dealt, dealt[1:], dealt[2:], strict=False):
        assert len({prompt.id for one_day in three for prompt in one_day}) == 9


@given(seed=seeds, level=levels, day=days)
def test_the_three_differ_in_strategy(seed: bytes, level: int, day: date) -> None:
    for three in deals(list(STARTER), seed, level, day, 30):
        assert len({prompt.strategy for prompt in three}) == 3


@given(seed=seeds, day=days)
def test_the_strategy_of_the_prompt_takes_turns_over_the_days(seed: bytes, day: date) -> None:
    first_five = deals(list(STARTER), seed, 1, day, 5)
    assert Counter(three[0].strategy for three in first_five) == dict.fromkeys((1, 2, 3, 4, 5), 1)


@given(seed=seeds, level=levels, day=days)
def test_no_prompt_is_deeper_than_the_level_both_raised(seed: bytes, level: int, day: date) -> None:
    assert all(prompt.depth <= level for three in deals(list(STARTER), seed, level, day, 20) for prompt in three)


def test_couples_have_orders_of_their_own() -> None:
    first_deals = {deal(STARTER, [], bytes([seed]), FIRST_DAY, 1) for seed in range(50)}
    assert len(first_deals) > 25


def test_a_dealt_prompt_that_left_the_library_is_no_obstacle() -> None:
    assert deal(STARTER, ["p-gone"], b"couple", FIRST_DAY, 1) == deal(STARTER, [], b"couple", FIRST_DAY, 1)


@pytest.mark.parametrize("level", [0, 4])
def test_a_level_that_is_no_depth_is_refused(level: int) -> None:
    with pytest.raises(ValueError, match="depth level"):
        deal(STARTER, [], b"couple", FIRST_DAY, level)
