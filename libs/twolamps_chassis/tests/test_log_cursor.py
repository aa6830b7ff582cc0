"""Does a cursor come back as what it was, and nothing else as one?"""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twolamps_chassis.log_cursor import FROM_NOW, MAX_SEQ, MalformedCursor, decode_cursor, encode_cursor

EPOCHS = st.from_regex(r"[0-9A-Za-z_-]{1,64}", fullmatch=True)


@given(EPOCHS, st.integers(0, MAX_SEQ))
def test_a_cursor_comes_back_as_the_place_it_was(log_epoch: str, seq: int) -> None:
    cursor = encode_cursor(log_epoch, seq)
    assert decode_cursor(cursor) == (log_epoch, seq)
    assert len(cursor) <= 200


def test_no_cursor_means_from_now() -> None:
    assert decode_cursor("") is FROM_NOW


@pytest.mark.parametrize(
    "plain",
    [
        "",
        ".",
        "1",
        "1.",
        ".log",
        "-1.log",
        f"{MAX_SEQ + 1}.log",
        "01.log",
        "1.log ",
        "1.lög",
        "1.log\n",
        "1." + "x" * 65,
    ],
)
def test_what_was_never_given_out_is_malformed(plain: str) -> None:
    cursor = base64.urlsafe_b64encode(plain.encode()).rstrip(b"=").decode() or "="
    with pytest.raises(MalformedCursor) as error:
        decode_cursor(cursor)
    assert error.value.field == "cursor"


@given(st.text(min_size=1))
def test_any_text_is_a_place_or_malformed(text: str) -> None:
    try:
        place = decode_cursor(text)
    except MalformedCursor:
        return
    assert encode_cursor(*place) == text
