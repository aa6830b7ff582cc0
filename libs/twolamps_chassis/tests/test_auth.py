"""Tokens: ours are believed for their time, nothing else ever."""

import base64
import json
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from twolamps_chassis import clock
from twolamps_chassis.auth import Signer, Verifier, make_keys
from twolamps_chassis.errors import Unauthenticated


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    make_keys(tmp_path, ["pairing", "gateway"])
    return tmp_path


def claims(**other: object) -> dict[str, object]:
    now = int(clock.utc_now().timestamp())
    return {
        "sub": str(uuid4()),
        "sid": str(uuid4()),
        "aud": "api",
        "iss": "twolamps",
        "iat": now,
        "exp": now + 60,
    } | other


def test_a_persons_token_is_believed_until_it_expires(keys: Path, tmp_path: Path) -> None:
    verifier, person, session = Verifier(keys / "public"), uuid4(), uuid4()
    token, expires_at = Signer(keys / "private" / "token.json").access_token(person, session)
    caller = verifier.person(token)
    assert (caller.person, caller.session, caller.expires_at) == (person, session, expires_at)
    assert timedelta(minutes=9) < expires_at - clock.utc_now() <= timedelta(minutes=10)
    clock.use_clock_file(tmp_path / "clock", "test")
    clock.move_clock(tmp_path / "clock", 601)
    try:
        for fresh in (verifier, Verifier(keys / "public")):
            with pytest.raises(Unauthenticated):
                fresh.person(token)
    finally:
        clock.use_clock_file(None, "test")


def test_a_services_token_is_not_a_persons_nor_the_other_way_round(keys: Path) -> None:
    verifier = Verifier(keys / "public")
    service = Signer(keys / "private" / "pairing.json").service_token("pairing")
    person = Signer(keys / "private" / "token.json").access_token(uuid4(), uuid4())[0]
    assert verifier.service(service).service == "pairing"
    with pytest.raises(Unauthenticated):
        verifier.person(service)
    with pytest.raises(Unauthenticated):
        verifier.service(person)


def test_a_service_cannot_speak_for_another(keys: Path) -> None:
    forged = Signer(keys / "private" / "pairing.json").service_token("gateway")
    with pytest.raises(Unauthenticated):
        Verifier(keys / "public").service(forged)


@pytest.mark.parametrize(
    "kind", ["none", "hs256", "other key", "wrong audience", "wrong issuer", "no expiry", "typ", "bytes"]
)
def test_forged_tokens_are_refused(keys: Path, kind: str) -> None:
    public = json.loads(next((keys / "public").glob("token-*.json")).read_text())
    ours = OKPKey.import_key(json.loads((keys / "private" / "token.json").read_text()))
    head = {"alg": "Ed25519", "kid": public["kid"], "typ": "at+jwt"}
    match kind:
        case "none":
            parts = [
                base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                for part in ({**head, "alg": "none"}, claims())
            ]
            token = ".".join([*parts, ""])
        case "hs256":
            secret = OctKey.import_key(base64.urlsafe_b64decode(public["x"] + "="))
            token = jwt.encode({**head, "alg": "HS256"}, claims(), secret)
        case "other key":
            token = jwt.encode(head, claims(), OKPKey.generate_key("Ed25519"), algorithms=["Ed25519"])
        case "wrong audience":
            token = jwt.encode(head, claims(aud="internal"), ours, algorithms=["Ed25519"])
        case "wrong issuer":
            token = jwt.encode(head, claims(iss="somebody"), ours, algorithms=["Ed25519"])
        case "no expiry":
            token = jwt.encode(head, {k: v for k, v in claims().items() if k != "exp"}, ours, algorithms=["Ed25519"])
        case "typ":
            token = jwt.encode({**head, "typ": "JWT"}, claims(), ours, algorithms=["Ed25519"])
        case _:
            token = "a.b.\udcff"
    verifier = Verifier(keys / "public")
    for ask in (verifier.person, verifier.service):
        with pytest.raises(Unauthenticated):
            ask(token)


def test_private_keys_are_their_owners_only_and_are_made_once(keys: Path) -> None:
    files = list((keys / "private").iterdir())
    assert len(files) >= 4
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    before = {file: file.read_bytes() for file in files}
    make_keys(keys, ["pairing", "gateway"])
    assert before == {file: file.read_bytes() for file in files}


def test_the_key_of_mail_hashes_is_made_once_and_never_anew(keys: Path) -> None:
    (keys / "private" / "mail-hash.key").unlink()
    with pytest.raises(FileNotFoundError, match="put it back"):
        make_keys(keys, ["pairing", "gateway"])


def test_a_signing_key_that_others_may_read_is_refused(keys: Path) -> None:
    (keys / "private" / "gateway.json").chmod(0o644)
    with pytest.raises(PermissionError, match="chmod 600"):
        Signer(keys / "private" / "gateway.json")
