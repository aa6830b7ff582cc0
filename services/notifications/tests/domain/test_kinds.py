"""Is each event told to the right people, and to nobody else?"""

import dataclasses
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.domain.items import Facts, Heads, numbered, party
from notifications.domain.kinds import KINDS, news_of, text_of
from twolamps_events.base import Event
from twolamps_events.catalog import EVENTS

SILENT = {"shares_changed", "session_ended", "couple_snapshot", "person_snapshot"}
"""Events that no inbox hears of: consent and the end of a session leave no trace there, and what is told anew is no news."""
ANN, SAM = uuid4(), uuid4()


def dealt(couple: UUID) -> dict[str, Any]:
    return {"couple_id": couple, "members": [ANN, SAM], "day": "2026-05-01", "prompt_ids": [uuid4(), uuid4()]}


def test_every_event_has_a_row_or_is_silent_on_purpose() -> None:
    assert {event.name for event in EVENTS.values()} == set(KINDS) | SILENT


@pytest.mark.parametrize("event", [e for e in EVENTS.values() if e.name in KINDS], ids=lambda e: e.name)
def test_a_row_names_only_fields_that_its_event_has(event: type[Event]) -> None:
    kind, fields = KINDS[event.name], set(event.model_fields)
    named = {*kind.to, *kind.facts, kind.about, kind.matter}
    named |= {name for pull in kind.pulls for name in (pull.matter, pull.people)}
    assert named - {"", "members"} <= fields
    assert "members" not in named - fields or {"couple_id", "by"} <= fields
    assert "couple_id" in fields or not kind.ends
    assert set(kind.facts) <= {field.name for field in dataclasses.fields(Facts)}
    assert {name for pull in kind.pulls for name in pull.kinds} <= {name for name, row in KINDS.items() if row.matter}


def test_each_notice_has_a_text_and_an_unknown_kind_has_one_too() -> None:
    texts = [row.text for row in KINDS.values() if row.to]
    assert all(texts)
    assert len(set(texts)) == len(texts)
    assert text_of("of_a_newer_version")


def test_who_acted_is_not_told() -> None:
    left = {"couple_id": uuid4(), "members": [ANN, SAM], "prompt_id": uuid4(), "by": ANN, "day": "2026-05-01"}
    notices, _ = news_of("light_left", [left])
    assert [notice.person for notice in notices] == [SAM]


def test_a_new_device_is_told_to_its_owner_alone_and_names_nobody_who_did_it() -> None:
    """Who signed it in knew the password, which need not have been the owner."""
    session = uuid4()
    notices, pulled = news_of("device_connected", [{"person_id": ANN, "session_id": session, "connected_at": None}])
    assert [(n.person, n.by, n.subject.type, n.subject.id) for n in notices] == [(ANN, None, "session", session)]
    assert pulled == []
    assert "by" not in EVENTS["twolamps.pairing.device_connected.v1"].model_fields


def test_a_light_taken_back_pulls_the_notice_of_the_other_only() -> None:
    prompt = uuid4()
    _, pulled = news_of("light_taken", [{"members": [ANN, SAM], "prompt_id": prompt, "by": ANN}])
    assert [(pull.person, pull.kind, pull.matter) for pull in pulled] == [(SAM, "light_left", prompt)]


def test_a_couple_ended_is_told_only_where_a_notice_is_wanted() -> None:
    assert news_of("couple_ended", [{"couple_id": uuid4(), "notify": None}]) == ([], [])
    notices, _ = news_of("couple_ended", [{"couple_id": uuid4(), "notify": SAM}])
    assert [(notice.person, notice.by) for notice in notices] == [(SAM, None)]


def test_of_two_deals_in_one_batch_only_the_later_is_added() -> None:
    couple, another = uuid4(), uuid4()
    first, second, other = dealt(couple), dealt(couple), dealt(another)
    notices, _ = news_of("prompts_dealt", [first, other, second])
    assert [n.subject.id for n in notices] == [other["prompt_ids"][0]] * 2 + [second["prompt_ids"][0]] * 2


def test_by_is_seen_from_the_readers_side() -> None:
    assert (party(None, ANN), party(ANN, ANN), party(SAM, ANN)) == ("twolamps", "me", "partner")


@given(st.lists(st.sampled_from([ANN, SAM]), max_size=30), st.integers(0, 9), st.integers(0, 9))
def test_numbers_have_no_gaps_and_follow_the_head(people: list[UUID], ann: int, sam: int) -> None:
    changes = numbered(Heads("log", {ANN: ann, SAM: sam}), [(person, "removed", uuid4(), None) for person in people])
    for person, head in ((ANN, ann), (SAM, sam)):
        seqs = [change.seq for change in changes if change.person == person]
        assert seqs == list(range(head + 1, head + 1 + len(seqs)))
