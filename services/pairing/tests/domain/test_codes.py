"""Is a code easy to type and hard to guess?"""

import math
import secrets

from hypothesis import given
from hypothesis import strategies as st

from pairing.domain.codes import ALPHABET, LENGTH, new_code, normal_code, shown_code

codes = st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH)


def test_no_symbol_can_be_taken_for_another() -> None:
    assert not set("0O1ILU") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET) == 30


def test_a_code_has_more_than_forty_bits() -> None:
    assert LENGTH * math.log2(len(ALPHABET)) > 40


def test_a_new_code_is_of_the_alphabet_and_not_the_last_one() -> None:
    drawn = {new_code(secrets.choice) for _ in range(200)}
    assert len(drawn) == 200
    assert all(len(code) == LENGTH and set(code) <= set(ALPHABET) for code in drawn)


@given(codes, st.data())
def test_case_spaces_and_hyphens_do_not_matter(code: str, data: st.DataObject) -> None:
    typed = "".join(
        data.draw(st.sampled_from(["", " ", "-", "\t"])) + data.draw(st.sampled_from([c, c.lower()]))
        for c in shown_code(code)
    )
    assert normal_code(typed) == code


@given(codes)
def test_a_code_is_shown_as_four_and_five(code: str) -> None:
    first, second = shown_code(code).split("-")
    assert (len(first), len(second), first + second) == (4, 5, code)


@given(st.text())
def test_anything_may_be_typed(typed: str) -> None:
    normal_code(typed)
