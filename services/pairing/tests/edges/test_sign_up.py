"""Can somebody find out who has an account, or read what is kept of one?"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

from pairing.tests.conftest import PASSWORD, House, dump, on_the_wire, refused
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_testkit.stage import Person


def sign_up(**other: Any) -> pb.CreatePersonRequest:
    fields: dict[str, Any] = {
        "mail": "ann@example.org",
        "password": PASSWORD,
        "display_name": "Ann",
        "zone": "Europe/Berlin",
        "adult": True,
    }
    return pb.CreatePersonRequest(**(fields | other))


def letters(house: House) -> list[str]:
    return [file.read_text() for file in sorted((house.stage.folder / "mailbox").glob("*.eml"))]


async def test_who_signs_up_reads_their_profile(house: House) -> None:
    ann = await house.sign_up("Ann", zone="Pacific/Chatham", pronouns="she/her")
    me = (await house.of(ann).GetMe(pb.GetMeRequest())).me
    assert (me.mail, me.display_name, me.pronouns) == ("Ann@example.org", "Ann", "she/her")
    assert (me.zone, me.locale, me.person_id) == ("Pacific/Chatham", "en", str(ann.id))


async def test_a_known_mail_answers_alike_and_gets_a_letter(house: House) -> None:
    new = await house.anyone.CreatePerson(sign_up())
    assert letters(house) == []
    known = await house.anyone.CreatePerson(
        sign_up(mail="ANN@example.org", password="another password", display_name="Eve")
    )
    assert known.SerializeToString() == new.SerializeToString() == b""
    (letter,) = letters(house)
    assert "To: ANN@example.org" in letter
    assert "Eve" not in letter
    assert (await house.anyone.CreateSession(pb.CreateSessionRequest(mail="ann@example.org", password=PASSWORD))).tokens
    changed = pb.CreateSessionRequest(mail="ann@example.org", password="another password")
    assert (await refused(house.anyone.CreateSession(changed))).reason == "wrong_credentials"


async def test_signing_up_five_times_at_once_makes_one_person(house: House) -> None:
    await asyncio.gather(*(house.anyone.CreatePerson(sign_up()) for _ in range(5)))
    assert len(letters(house)) == 4
    async with house.stage.tables("pairing").begin() as tx:
        assert await tx.fetchval("SELECT count(*) FROM people") == 1


async def test_a_bad_field_is_named_and_nothing_is_kept(house: House) -> None:
    bads: list[tuple[dict[str, Any], str]] = [
        ({"zone": "Mars/Olympus"}, "zone"),
        ({"display_name": " "}, "display_name"),
        ({"display_name": "A\nB"}, "display_name"),
        ({"display_name": "n" * 41}, "display_name"),
        ({"pronouns": "a\nb"}, "pronouns"),
        ({"password": "nine chars"[:9]}, "password"),
        ({"password": "p" * 201}, "password"),
        ({"mail": "no mail"}, "mail"),
        ({"adult": False}, "adult"),
    ]
    for bad, field in bads:
        refusal = await refused(house.anyone.CreatePerson(sign_up(**bad)))
        assert (refusal.code, list(refusal.fields)) == ("INVALID_ARGUMENT", [field])
    async with house.stage.tables("pairing").begin() as tx:
        assert await tx.fetchval("SELECT count(*) FROM people") == 0


async def test_forty_characters_of_name_and_ten_of_password_are_enough(house: House) -> None:
    await house.anyone.CreatePerson(sign_up(display_name="n" * 40, password="p" * 10))
    await house.anyone.CreateSession(pb.CreateSessionRequest(mail="ann@example.org", password="p" * 10))


async def test_wrong_mail_and_wrong_password_answer_alike(house: House) -> None:
    await house.sign_up("Ann")
    known = pb.CreateSessionRequest(mail="ann@example.org", password="not the password")
    unknown = pb.CreateSessionRequest(mail="nobody@example.org", password="not the password")
    first, second = [await refused(house.anyone.CreateSession(request)) for request in (known, unknown)]
    assert on_the_wire(first) == on_the_wire(second)
    assert (first.code, first.reason) == ("UNAUTHENTICATED", "wrong_credentials")

    async def fails(mail: str) -> None:
        await refused(house.anyone.CreateSession(pb.CreateSessionRequest(mail=mail, password="not it")))

    assert await ratio(lambda n: fails("ann@example.org"), lambda n: fails(f"nobody{n}@example.org")) < 2


async def test_a_known_mail_takes_as_long_as_a_new_one(house: House) -> None:
    await house.anyone.CreatePerson(sign_up())
    known, new = sign_up(), [sign_up(mail=f"new{n}@example.org") for n in range(8)]
    assert await ratio(lambda n: house.anyone.CreatePerson(known), lambda n: house.anyone.CreatePerson(new[n])) < 2


async def ratio(one: Callable[[int], Awaitable[Any]], other: Callable[[int], Awaitable[Any]]) -> float:
    """How many times as long the slower of two takes: the shortest of eight turns, which noise does not touch."""
    taken: tuple[list[float], list[float]] = ([], [])
    for n in range(8):
        for times, call in zip(taken, (one, other), strict=True):
            started = time.perf_counter()
            await call(n)
            times.append(time.perf_counter() - started)
    first, second = (min(times) for times in taken)
    return max(first / second, second / first)


async def test_nothing_that_was_written_can_be_read_in_the_tables(house: House) -> None:
    ann = await house.sign_up("Annabella", pronouns="she/her")
    code = await house.code(ann)
    tokens = await house.tokens("Annabella")
    secrets = ["Annabella", "annabella@", "she/her", PASSWORD, code, code.replace("-", ""), tokens.refresh_token]
    everything = await dump(house)
    assert b"Europe/Berlin" in everything
    for secret in secrets:
        assert secret.lower().encode() not in everything.lower()


async def test_passwords_are_argon2id_of_nineteen_mebibytes(house: House) -> None:
    await house.sign_up("Ann")
    async with house.stage.tables("pairing").begin() as tx:
        kept = await tx.fetchval("SELECT password_hash FROM people")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")


async def test_only_what_is_present_changes(house: House) -> None:
    ann = await house.sign_up("Ann", pronouns="she/her")
    me = (await house.of(ann).UpdateMe(pb.UpdateMeRequest(display_name="Anna", zone="Asia/Tokyo"))).me
    assert (me.display_name, me.pronouns, me.zone) == ("Anna", "she/her", "Asia/Tokyo")
    me = (await house.of(ann).UpdateMe(pb.UpdateMeRequest(pronouns="", locale="de-AT"))).me
    assert (me.display_name, me.pronouns, me.locale) == ("Anna", "", "de-AT")
    assert me == (await house.of(ann).GetMe(pb.GetMeRequest())).me
    refusal = await refused(house.of(ann).UpdateMe(pb.UpdateMeRequest(display_name="Other", zone="Nowhere")))
    assert refusal.fields == {"zone": "unknown_zone"}
    assert (await house.of(ann).GetMe(pb.GetMeRequest())).me == me


async def test_a_token_of_nobody_finds_no_profile(house: House) -> None:
    assert (await refused(house.of(Person("ghost")).GetMe(pb.GetMeRequest()))).code == "NOT_FOUND"
    assert (await refused(house.of(Person("ghost")).UpdateMe(pb.UpdateMeRequest(zone="UTC")))).code == "NOT_FOUND"
