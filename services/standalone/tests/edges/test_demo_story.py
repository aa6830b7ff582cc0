"""Does the story of a demo fit whatever couple and day it meets? Words for its prompts, times in their order."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

import prompts
from prompts.domain.library import parse_pack
from prompts.domain.rounds import deal
from standalone.demo_couple.days import Days, day, today
from standalone.demo_couple.people import BOTH
from standalone.demo_couple.script import ANSWERS, THREE_WEEKS, scenes
from standalone.demo_couple.words import FILE, Words
from twolamps.prompts.v1.prompts_pb2 import Prompt

PACK = Path(str(prompts.__file__)).parent / "content" / "starter.json"
LIBRARY = parse_pack(json.loads(PACK.read_text()))
COUPLES = [UUID(int=number * 7919) for number in range(20)]


def test_the_words_answer_prompts_that_there_are_and_both_have_some() -> None:
    words = json.loads(FILE.read_text())
    assert set(words) <= {prompt.text for prompt in LIBRARY if prompt.depth == 1}
    for pairs in words.values():
        for pair in pairs:
            assert set(pair) == {who.name for who in BOTH}
            assert all(pair.values())


@pytest.mark.parametrize("couple", COUPLES)
def test_whatever_a_couple_is_dealt_there_are_words_for_most_days(couple: UUID) -> None:
    words, dealt, answered = Words(), list[str](), 0
    for number in range(THREE_WEEKS):
        three = deal(LIBRARY, dealt, couple.bytes, date(2027, 3, 1) + timedelta(days=number), 1)
        dealt += [prompt.id for prompt in three]
        answered += words.take([Prompt(text=prompt.text) for prompt in three]) is not None
    assert answered >= 18


def test_words_are_given_once() -> None:
    words = Words({"How?": [{"Noor": "So.", "Sam": "Thus."}]})
    assert words.take([Prompt(text="Why?"), Prompt(text="How?")]) == (
        Prompt(text="How?"),
        {"Noor": "So.", "Sam": "Thus."},
    )
    assert words.take([Prompt(text="How?")]) is None


def test_on_most_days_both_answer_and_on_some_one() -> None:
    assert len({answering.on for answering in ANSWERS}) == len(ANSWERS)
    assert sum(bool(answering.later) for answering in ANSWERS) == 18
    assert sum(answering.light for answering in ANSWERS) >= 4


NOWS = [
    "2027-03-01T12:00:00+00:00",
    "2027-03-28T02:00:01+00:00",  # a second after 04:00 in Amsterdam, on the day the clocks go forward
    "2027-03-28T01:59:59+00:00",
    "2027-11-01T03:00:00+00:00",  # exactly 04:00 in Amsterdam, the day after they go back
    "2027-12-31T23:30:00+00:00",
]


@pytest.mark.parametrize("now", NOWS)
@pytest.mark.parametrize("count", [3, THREE_WEEKS])
def test_every_scene_of_the_days_before_lies_before_today_and_none_ahead_of_now(now: str, count: int) -> None:
    days = Days(datetime.fromisoformat(now), count)
    begun = days.moment(today(), "04:00")
    assert begun <= days.just_now <= days.now < days.moment(today(1), "04:00")
    moments = [days.moment(scene.on, scene.at) for scene in scenes(count) if scene.on != today()]
    assert max(moments) < begun
    assert begun - min(moments) < timedelta(days=count)


def test_a_shorter_story_has_the_same_end() -> None:
    short, whole = Days(datetime.now(UTC), 3), Days(datetime.now(UTC), THREE_WEEKS)
    assert short.index(today(-1)) == short.index(day(3)) == 3
    assert whole.index(today(-1)) == 21
    ends = [[(each.on, each.at) for each in scenes(count) if each.on.from_today] for count in (3, THREE_WEEKS)]
    assert ends[0] == ends[1]
