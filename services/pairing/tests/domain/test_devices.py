"""Is a device given a session by one person only, and does it get that once?"""

import math
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairing.defaults import DEVICE_CODE_FOR, DEVICE_PICKUP_FOR, REFRESH_GRACE
from pairing.domain.codes import normal_code, shown_code
from pairing.domain.devices import LENGTH, LETTERS, Device, approve, fetched_session, new_user_code
from pairing.domain.errors import DeviceCodeNotValid, DeviceCodePending

NOW = datetime(2026, 3, 29, 0, 59, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ANN, SAM, SESSION = uuid4(), uuid4(), uuid4()
ASKED = Device("a kettle", NOW + DEVICE_CODE_FOR, None, None, False, None, False)
GIVEN = replace(ASKED, person_id=ANN, session_id=SESSION)
FETCHED = replace(GIVEN, used_at=NOW, token_live=True)


def test_a_code_to_type_spells_no_word_and_has_thirty_four_bits() -> None:
    assert not set("AEIOUL0123456789") & set(LETTERS)
    assert len(set(LETTERS)) == len(LETTERS)
    assert LENGTH * math.log2(len(LETTERS)) >= 34
    assert len({new_user_code(secrets.choice) for _ in range(200)}) == 200


def test_a_code_is_shown_as_four_and_four_and_may_be_typed_otherwise() -> None:
    assert shown_code("BCDFGHJK") == "BCDF-GHJK"
    assert normal_code(" bcdf ghj-k\n") == "BCDFGHJK"


def test_who_approves_first_gives_their_session() -> None:
    given = approve(ASKED, ANN, SESSION, NOW)
    assert (given.session_id, given.expires_at, given.anew) == (SESSION, ASKED.expires_at, True)
    with pytest.raises(DeviceCodeNotValid):
        approve(GIVEN, SAM, uuid4(), NOW)


@pytest.mark.parametrize("device", [GIVEN, FETCHED])
def test_the_same_person_gives_no_second_session(device: Device) -> None:
    again = approve(device, ANN, uuid4(), NOW)
    assert (again.session_id, again.anew) == (SESSION, False)


def test_what_has_expired_is_not_approved() -> None:
    approve(ASKED, ANN, SESSION, ASKED.expires_at - TICK)
    for device in (ASKED, GIVEN):
        with pytest.raises(DeviceCodeNotValid):
            approve(device, ANN, SESSION, device.expires_at)


def test_a_late_approval_leaves_a_minute_to_fetch() -> None:
    at = ASKED.expires_at - TICK
    given = approve(ASKED, ANN, SESSION, at)
    device = replace(GIVEN, expires_at=given.expires_at)
    assert fetched_session(device, at + DEVICE_PICKUP_FOR - TICK) == (ANN, SESSION)
    with pytest.raises(DeviceCodeNotValid):
        fetched_session(device, at + DEVICE_PICKUP_FOR)


def test_until_it_is_approved_a_device_waits_and_then_it_is_over() -> None:
    with pytest.raises(DeviceCodePending):
        fetched_session(ASKED, ASKED.expires_at - TICK)
    for device in (ASKED, None):
        with pytest.raises(DeviceCodeNotValid) as caught:
            fetched_session(device, ASKED.expires_at)
        assert caught.value.field == "device_code"


def test_a_lost_reply_may_be_fetched_again_within_the_grace() -> None:
    assert fetched_session(FETCHED, NOW + REFRESH_GRACE) == (ANN, SESSION)
    with pytest.raises(DeviceCodeNotValid):
        fetched_session(FETCHED, NOW + REFRESH_GRACE + TICK)


def test_whose_token_was_used_has_no_lost_reply() -> None:
    with pytest.raises(DeviceCodeNotValid):
        fetched_session(replace(FETCHED, token_live=False), NOW + TICK)


@given(
    st.sampled_from([ASKED, GIVEN, FETCHED]),
    st.booleans(),
    st.booleans(),
    st.timedeltas(-DEVICE_CODE_FOR, DEVICE_CODE_FOR),
)
def test_of_an_ended_session_nothing_is_given_and_nothing_fetched(
    device: Device, live: bool, late: bool, after: timedelta
) -> None:
    ended, now = replace(device, session_ended=True, token_live=live), NOW + after + late * DEVICE_CODE_FOR
    with pytest.raises(DeviceCodeNotValid):
        fetched_session(ended, now)
    with pytest.raises(DeviceCodeNotValid):
        approve(ended, ANN, SESSION, now)
