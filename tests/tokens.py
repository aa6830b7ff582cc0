"""Which tokens can somebody bring? Good ones, and every kind of forgery, made with the platform's own keys or others."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from tests.platform_process import RunningPlatform


def signed(
    platform: RunningPlatform, *, key: str = "token", header: Mapping[str, str] | None = None, **claims: Any
) -> str:
    """A token that is good as pairing's, but for what `header` and `claims` say; `key` names the private key."""
    made = OKPKey.import_key(json.loads((platform.keys / "private" / f"{key}.json").read_bytes()))
    given = {"alg": "Ed25519", "kid": str(made.kid), "typ": "at+jwt", **dict(header or {})}
    return jwt.encode(given, _good(platform) | claims, made, algorithms=["Ed25519"])


def service_token(platform: RunningPlatform, service: str) -> str:
    """A good token of a service."""
    return signed(platform, key=service, header={"typ": "service+jwt"}, aud="internal", sub=service)


def forgeries(platform: RunningPlatform, person: str, session: str) -> Mapping[str, str]:
    """Tokens that name a person with a session, none of which may be believed."""
    who: dict[str, Any] = {"sub": person, "sid": session}
    now = datetime.now(UTC) + timedelta(seconds=platform.ahead_s)
    past: dict[str, Any] = {"iat": int(now.timestamp()) - 1200, "exp": int(now.timestamp()) - 600}
    good = signed(platform, **who)
    head, body, signature = good.split(".")
    stranger = OKPKey.generate_key("Ed25519", auto_kid=True)
    public = next((platform.keys / "public").glob("token-*.json"))
    known = OctKey.import_key(public.read_bytes())
    claims = _good(platform) | who
    return {
        "garbage": "no.token.at-all",
        "empty": "",
        "expired": signed(platform, **who, **past),
        "without signature": f"{head}.{body}.",
        "other person's claims under a good signature": f"{head}.{_part(claims | {'sub': session})}.{signature}",
        "unsigned": f"{_part({'alg': 'none', 'typ': 'at+jwt'})}.{body}.",
        "signed by a stranger": jwt.encode({"alg": "Ed25519", "typ": "at+jwt"}, claims, stranger, algorithms=["Ed25519"]),
        "signed by a stranger under our key's name": jwt.encode(
            {"alg": "Ed25519", "typ": "at+jwt", "kid": public.stem.removeprefix("token-")}, claims, stranger,
            algorithms=["Ed25519"],
        ),
        "our public key as a secret": jwt.encode({"alg": "HS256", "typ": "at+jwt"}, claims, known, algorithms=["HS256"]),
        "signed by a service": signed(platform, key="gateway", **who),
        "a service's own": service_token(platform, "gateway"),
        "for another audience": signed(platform, **who, aud="internal"),
        "of another issuer": signed(platform, **who, iss="somebody"),
        "of another type": signed(platform, header={"typ": "JWT"}, **who),
        "without a person": signed(platform, sid=session),
        "without an end": signed(platform, **who, exp=None),
    }  # fmt: skip


def _good(platform: RunningPlatform) -> dict[str, Any]:
    now = int((datetime.now(UTC) + timedelta(seconds=platform.ahead_s)).timestamp())
    return {"iss": "twolamps", "aud": "api", "iat": now, "exp": now + 600}


def _part(value: Mapping[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
