"""Who is calling? Ed25519 tokens: ten minutes for people, one minute between services.

Promises: one algorithm, one issuer, one audience per kind; a verified token is remembered by hash until it expires; a
service's token is never taken for a person's, nor the other way round.
"""

import base64
import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from twolamps_chassis import clock
from twolamps_chassis.errors import Unauthenticated
from twolamps_chassis.keyring import read_secret

ALGORITHMS = ["Ed25519"]
ISSUER = "twolamps"
ACCESS_FOR = timedelta(minutes=10)
SERVICE_FOR = timedelta(seconds=60)
CACHED = 20_000


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified token: of a person with a session, or of a service."""

    person: UUID | None
    session: UUID | None
    service: str
    expires_at: datetime


class Signer:
    """Signs with one private key; `kid` names its public half."""

    def __init__(self, key_file: Path) -> None:
        self.key = OKPKey.import_key(json.loads(read_secret(key_file)))

    def access_token(self, person: UUID, session: UUID) -> tuple[str, datetime]:
        """A person's token, and when it expires."""
        return self._sign({"sub": str(person), "sid": str(session), "aud": "api"}, ACCESS_FOR)

    def service_token(self, service: str) -> str:
        """A service's token."""
        return self._sign({"sub": service, "aud": "internal"}, SERVICE_FOR)[0]

    def as_service(self, service: str) -> Callable[[], str]:
        """Gives a service's token, signed anew when half its life is over."""
        held = ("", clock.utc_now())

        def token() -> str:
            nonlocal held
            if abs(held[1] - clock.utc_now()) > SERVICE_FOR / 2 or not held[0]:
                held = (self.service_token(service), clock.utc_now())
            return held[0]

        return token

    def _sign(self, claims: dict[str, Any], lifetime: timedelta) -> tuple[str, datetime]:
        now = clock.utc_now().replace(microsecond=0)
        expires_at = now + lifetime
        claims |= {"iss": ISSUER, "iat": int(now.timestamp()), "exp": int(expires_at.timestamp())}
        header = {
            "alg": ALGORITHMS[0],
            "kid": self.key.kid,
            "typ": "at+jwt" if claims["aud"] == "api" else "service+jwt",
        }
        return jwt.encode(header, claims, self.key, algorithms=ALGORITHMS), expires_at


class Verifier:
    """Verifies with the public keys of a folder: token-*.json for people's tokens, <service>.json for services'."""

    def __init__(self, folder: Path) -> None:
        files = sorted(folder.glob("*.json"))
        named = {file.stem: OKPKey.import_key(json.loads(file.read_bytes())) for file in files}
        self.people = KeySet([key for name, key in named.items() if name.startswith("token-")])
        self.services = {name: KeySet([key]) for name, key in named.items() if not name.startswith("token-")}
        self.seen: dict[bytes, Caller] = {}

    def person(self, token: str) -> Caller:
        """The person of an access token; raises Unauthenticated."""
        caller = self._remembered(token) or self._verified(token, self.people, "api", "at+jwt")
        if caller.person is None:
            raise Unauthenticated
        return caller

    def service(self, token: str) -> Caller:
        """The service of a service token; raises Unauthenticated."""
        caller = self._remembered(token)
        if caller is None:
            name = _unverified_subject(token)
            if name not in self.services:
                raise Unauthenticated
            caller = self._verified(token, self.services[name], "internal", "service+jwt")
        if not caller.service:
            raise Unauthenticated
        return caller

    def _remembered(self, token: str) -> Caller | None:
        caller = self.seen.get(_digest(token))
        if caller is not None and caller.expires_at <= clock.utc_now():
            raise Unauthenticated("The access token has expired.")
        return caller

    def _verified(self, token: str, keys: KeySet, audience: str, kind: str) -> Caller:
        try:
            decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            registry = jwt.JWTClaimsRegistry(
                now=int(clock.utc_now().timestamp()),
                iss={"essential": True, "value": ISSUER},
                aud={"essential": True, "value": audience},
                sub={"essential": True},
                exp={"essential": True},
            )
            registry.validate(decoded.claims)
            if decoded.header.get("typ") != kind:
                raise Unauthenticated
            claims = decoded.claims
            expires_at = datetime.fromtimestamp(claims["exp"], tz=clock.utc_now().tzinfo)
            if audience == "api":
                caller = Caller(UUID(claims["sub"]), UUID(claims["sid"]), "", expires_at)
            else:
                caller = Caller(None, None, claims["sub"], expires_at)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Unauthenticated from error
        if len(self.seen) >= CACHED:
            self.seen.clear()
        self.seen[_digest(token)] = caller
        return caller


def make_keys(folder: Path, services: list[str]) -> None:
    """Make the keys folder once: private/ for the signers (0600), public/ for every verifier."""
    private, public = folder / "private", folder / "public"
    for part in (folder, private, public):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in ("token", *services):
        if (private / f"{name}.json").exists():
            continue
        key = OKPKey.generate_key("Ed25519", auto_kid=True)
        public_name = f"token-{key.kid}" if name == "token" else name
        write_whole(public / f"{public_name}.json", json.dumps(key.as_dict(private=False)), 0o644)
        write_whole(private / f"{name}.json", json.dumps(key.as_dict(private=True)), 0o600)
    for name in ("mail-hash.key", "wrapping.key"):  # made in this order: none is missing where the last one is
        if not (private / name).exists():
            if (private / "wrapping.key").exists():
                raise FileNotFoundError(f"{private / name} is gone, and nobody could sign in without it: put it back")
            write_whole(private / name, os.urandom(32), 0o600)


def write_whole(path: Path, content: str | bytes, mode: int) -> None:
    """Write a file so that it is there whole or not at all, with `mode` from its first byte on."""
    fresh = path.with_suffix(".new")
    data = content if isinstance(content, bytes) else content.encode()
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()


def _unverified_subject(token: str) -> str:
    """Which service a token claims to be: it chooses the one key that has to have signed it."""
    try:
        part = token.split(".")[1]
        return str(json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))["sub"])
    except (IndexError, ValueError, KeyError, TypeError):
        return ""
