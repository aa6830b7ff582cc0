"""Events: goldens are never edited, and today's code reads every one of them; no event can carry words."""

import json
import types
import typing
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from pydantic import AwareDatetime, ValidationError

from twolamps_events.base import Event
from twolamps_events.catalog import EVENTS

GOLDENS = Path(__file__).parent / "goldens"
IDS, TIMES = UUID(int=7), datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
WORDLESS = {
    "zone", "day_start", "day", "occurrence", "active",
}  # fmt: skip
"""The only texts an event may carry: zones, local times, days, names of shares."""


def sample(event: type[Event]) -> Event:
    """An event with every field set."""
    values: dict[str, object] = {}
    hints = typing.get_type_hints(event)
    for name in event.model_fields:
        hint = hints[name]
        if typing.get_origin(hint) is types.UnionType:
            hint = typing.get_args(hint)[0]
        by_type: dict[object, object] = {
            UUID: IDS,
            int: 3,
            bool: True,
            str: "text",
            list[UUID]: [IDS],
            list[str]: ["availability"],
            AwareDatetime: TIMES,
        }
        values[name] = by_type[hint]
    return event(**values)


@pytest.mark.parametrize("ce_type", sorted(EVENTS))
def test_todays_code_reads_the_golden_and_writes_it_again(ce_type: str) -> None:
    golden = GOLDENS / f"{ce_type}.json"
    assert golden.exists(), f"a new event needs its golden: {sample(EVENTS[ce_type]).body().decode()}"
    written = json.loads(golden.read_text())
    assert written.items() <= json.loads(EVENTS[ce_type].read(golden.read_bytes()).body()).items()


@pytest.mark.parametrize("ce_type", sorted(EVENTS))
def test_a_newer_publishers_field_is_ignored_and_an_unknown_one_cannot_be_built(ce_type: str) -> None:
    event = EVENTS[ce_type]
    body = json.loads(sample(event).body()) | {"of_tomorrow": 1}
    assert event.read(json.dumps(body).encode()) == sample(event)
    with pytest.raises(ValidationError):
        event(**(sample(event).model_dump() | {"of_tomorrow": 1}))


@pytest.mark.parametrize("ce_type", sorted(EVENTS))
def test_no_event_has_a_field_that_could_hold_words(ce_type: str) -> None:
    texts = {
        n
        for n, hint in typing.get_type_hints(EVENTS[ce_type]).items()
        if n in EVENTS[ce_type].model_fields and "str" in str(hint)
    }
    assert texts <= WORDLESS


def test_every_golden_belongs_to_an_event() -> None:
    assert {path.stem for path in GOLDENS.glob("*.json")} == set(EVENTS)
