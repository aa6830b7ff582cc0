"""What may an invite or a reminder be called?"""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scheduling.domain.errors import TitleNotAllowed
from scheduling.domain.titles import clean_title

SHOW_NOTHING = [
    " ",
    "\u00a0",
    "\u115f",
    "\u1160",
    "\u200b",
    "\u200d",
    "\u2060",
    "\u2800",
    "\u3164",
    "\ufe0f",
    "\uffa0",
    "\U0001d159",
    "\U000e0041",
]


@pytest.mark.parametrize("title", ["", "   ", "x" * 121, "a\nb", "a\0b", "a\u2028b"])
def test_a_title_is_one_line_of_up_to_120_characters(title: str) -> None:
    assert clean_title(f"  {'x' * 120} ") == "x" * 120
    with pytest.raises(TitleNotAllowed):
        clean_title(title)


@pytest.mark.parametrize("mark", [chr(each) for each in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))], ids=ascii)
@given(before=st.text("ab אב ", max_size=3), after=st.text("ab אב ", max_size=3))
def test_no_title_turns_the_sentence_round_it_stands_in(mark: str, before: str, after: str) -> None:
    with pytest.raises(TitleNotAllowed):
        clean_title(before + mark + after)


@given(st.text("".join(SHOW_NOTHING), max_size=40))
@example("\u3164")
def test_no_title_is_of_characters_that_show_nothing(blank: str) -> None:
    with pytest.raises(TitleNotAllowed):
        clean_title(blank)
    assert clean_title(f"{blank}Tea{blank}") == f"{blank}Tea{blank}".strip()


@pytest.mark.parametrize("title", [
    "Zoë?", "散歩", "قهوه\N{ZERO WIDTH NON-JOINER}ای", "ක්\N{ZERO WIDTH JOINER}රිස්", "שִׁירָה", "e\u0301", "👩‍❤️‍💋‍👩",
    "ארוחה\N{RIGHT-TO-LEFT MARK} (pizza)", "7", "…", "♥", "산책",
])  # fmt: skip
def test_titles_of_every_script_stay_as_they_are_written(title: str) -> None:
    assert clean_title(f" {title} ") == title
