"""What is a mail, a name, a zone?"""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pairing.domain.errors import NameUnreadable, UnknownZone
from pairing.domain.people import checked_line, checked_name, checked_zone, normal_mail

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


@pytest.mark.parametrize("spelled", ["ann@example.org", " Ann@Example.ORG ", "ＡＮＮ@example.org"])
def test_spellings_of_a_mail_are_one(spelled: str) -> None:
    assert normal_mail(spelled) == "ann@example.org"


@given(st.emails())
def test_a_normal_mail_stays_as_it_is(mail: str) -> None:
    assert normal_mail(normal_mail(mail)) == normal_mail(mail)


@pytest.mark.parametrize("name", ["", "   ", "\u00a0", "Ann\nyour partner left you", "a\x00b", "a\u2028b"])
def test_a_name_is_one_visible_line(name: str) -> None:
    with pytest.raises(NameUnreadable) as refused:
        checked_name(name)
    assert refused.value.field == "display_name"


@pytest.mark.parametrize("mark", [chr(each) for each in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))], ids=ascii)
@given(before=st.text("ab אב ", max_size=3), after=st.text("ab אב ", max_size=3))
def test_nothing_in_one_line_turns_the_sentence_round_it_stands_in(mark: str, before: str, after: str) -> None:
    for field in ("display_name", "pronouns", "client_name"):
        with pytest.raises(NameUnreadable) as refused:
            checked_line(before + mark + after, field)
        assert refused.value.field == field


@given(st.text("".join(SHOW_NOTHING), min_size=1, max_size=40))
@example("\u3164")
def test_no_name_is_of_characters_that_show_nothing(blank: str) -> None:
    with pytest.raises(NameUnreadable):
        checked_name(blank)
    assert checked_name(f"{blank}Ann{blank}") == f"{blank}Ann{blank}".strip()
    if blank.strip():
        with pytest.raises(NameUnreadable) as refused:
            checked_line(blank, "client_name")
        assert refused.value.field == "client_name"


def test_names_of_every_script_are_names() -> None:
    joined = (
        "محمد\N{ZERO WIDTH NON-JOINER}رضا",
        "ක්\N{ZERO WIDTH JOINER}රිස්",
        "שִׁירָה",
        "שירה\N{RIGHT-TO-LEFT MARK} (Shira)",
    )
    for name in ("Zoë", "李", "محمد", "O'Brien-Łukasz", "👩‍👩‍👧", "민준", "ᏣᎳᎩ", "अनन्या", *joined):
        assert checked_name(f" {name} ") == unicodedata.normalize("NFC", name)


def test_pronouns_may_be_empty_but_not_two_lines() -> None:
    assert checked_line("", "pronouns") == ""
    with pytest.raises(NameUnreadable) as refused:
        checked_line("she\nher", "pronouns")
    assert refused.value.field == "pronouns"


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "Pacific/Chatham", "America/Argentina/Buenos_Aires"])
def test_iana_zones_are_known(zone: str) -> None:
    assert checked_zone(zone) == zone


@pytest.mark.parametrize(
    "zone", ["", "Mars/Olympus", "europe/berlin", "../etc/passwd", "localtime", "posix/UTC", "Factory", "UTC+1"]
)
def test_anything_else_is_no_zone(zone: str) -> None:
    with pytest.raises(UnknownZone) as refused:
        checked_zone(zone, "calendar.zone")
    assert refused.value.field == "calendar.zone"
