"""Is every call closed to forged, expired and foreign tokens?"""

import base64
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from pairing.tests.conftest import House, refused
from twolamps.access.v1.access_pb2 import Access
from twolamps.internal.v1 import internal_pb2
from twolamps.internal.v1.internal_pb2_grpc import CouplesServiceStub
from twolamps.pairing.v1 import pairing_pb2 as pb
from twolamps_chassis import clock
from twolamps_chassis.edge import access_of
from twolamps_testkit.stage import Person

SERVICE = pb.DESCRIPTOR.services_by_name["PairingService"]
PRIVATE = [method.name for method in SERVICE.methods if access_of(method) != Access.ACCESS_ANYONE]


def empty(method: str) -> Message:
    """A request without any field: who is refused for their token learns nothing of the fields."""
    return GetMessageClass(SERVICE.methods_by_name[method].input_type)()


def forgeries(house: House, person: Person) -> Iterator[tuple[str, str]]:
    """Tokens that look nearly right."""
    signer = house.stage.signer
    good = signer.access_token(person.id, person.session)[0]
    head, body, signature = good.split(".")
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=="))
    header = {"alg": "Ed25519", "kid": signer.key.kid, "typ": "at+jwt"}
    stranger = OKPKey.generate_key("Ed25519")

    def encoded(part: dict[str, Any]) -> str:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")

    def signed(key: Any = signer.key, **changed: Any) -> str:
        typ = changed.pop("typ", "at+jwt")
        return jwt.encode(header | {"typ": typ}, claims | changed, key, algorithms=["Ed25519"])

    public = json.dumps(signer.key.as_dict(private=False)).encode()
    now = int(clock.utc_now().timestamp())
    yield "none", ""
    yield "nonsense", "nonsense"
    yield "alg none", f"{encoded(header | {'alg': 'none'})}.{body}."
    yield "alg swapped", jwt.encode(header | {"alg": "HS256"}, claims, OctKey.import_key(public), algorithms=["HS256"])
    yield "no signature", f"{head}.{body}."
    yield "another's claims", f"{head}.{encoded(claims | {'sub': str(house.stage.eve.id)})}.{signature}"
    yield "another key", signed(stranger)
    yield "wrong audience", signed(aud="internal")
    yield "wrong issuer", signed(iss="somebody")
    yield "wrong type", signed(typ="service+jwt")
    yield "expired", signed(exp=now - 1)
    yield (
        "no expiry",
        jwt.encode(header, {k: v for k, v in claims.items() if k != "exp"}, signer.key, algorithms=["Ed25519"]),
    )
    yield "no person", signed(sub="twolamps")
    yield "a service", house.stage.service_caller(CouplesServiceStub, "prompts").token()


async def test_a_forged_token_opens_no_call(house: House) -> None:
    assert len(PRIVATE) == 16
    for what, token in forgeries(house, house.stage.ann):
        for method in PRIVATE:
            refusal = await refused(getattr(house.anyone, method)(empty(method), authorization=f"Bearer {token}"))
            assert (refusal.code, refusal.reason) == ("UNAUTHENTICATED", "unauthenticated"), (what, method)


async def test_a_token_ends_with_its_ten_minutes(house: House) -> None:
    ann = await house.sign_up("Ann")
    token, expires_at = house.stage.signer.access_token(ann.id, ann.session)
    assert timedelta(minutes=9, seconds=59) < expires_at - clock.utc_now() <= timedelta(minutes=10)
    bearer = {"authorization": f"Bearer {token}"}
    await house.anyone.GetMe(pb.GetMeRequest(), **bearer)
    house.stage.move_clock(601)
    assert (await refused(house.anyone.GetMe(pb.GetMeRequest(), **bearer))).code == "UNAUTHENTICATED"


async def test_only_services_that_may_ask_find_a_couple(house: House) -> None:
    ann, sam = await house.sign_up("Ann"), await house.sign_up("Sam")
    request = internal_pb2.FindCoupleRequest(person_id=str(sam.id))
    nobody = await house.stage.service_caller(CouplesServiceStub, "prompts").FindCouple(request)
    assert nobody == internal_pb2.FindCoupleResponse()
    couple_id = await house.pair(ann, sam)
    found = await house.stage.service_caller(CouplesServiceStub, "prompts").FindCouple(request)
    assert (found.couple_id, found.inviter_id, found.invitee_id) == (couple_id, str(ann.id), str(sam.id))
    assert (found.zone, found.day_start, found.week_start, found.calendar_version) == ("Europe/Berlin", "04:00", 1, 1)
    by_person = await refused(house.stage.caller(CouplesServiceStub, ann).FindCouple(request))
    assert by_person.code == "UNAUTHENTICATED"
    by_other = await refused(house.stage.service_caller(CouplesServiceStub, "gateway").FindCouple(request))
    assert by_other.code == "PERMISSION_DENIED"
    await house.end(ann)
    ended = await house.stage.service_caller(CouplesServiceStub, "prompts").FindCouple(request)
    assert ended == nobody
