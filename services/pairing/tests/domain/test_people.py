"""What is a mail, a name, a zone?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pairing.domain.errors import NameUnreadable, UnknownZone
from pairing.domain.people import checked_line, checked_name, checked_zone, normal_mail


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


def test_names_of_every_script_are_names() -> None:
    for name in ("Zoë", "李", "محمد", "O'Brien-Łukasz", "👩‍👩‍👧"):
        assert checked_name(f" {name} ") == name


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
