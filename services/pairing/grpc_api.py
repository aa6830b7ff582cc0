"""Which calls does pairing answer? One line a verb; who may call what stands in the contract."""

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any, ClassVar

from google.protobuf.descriptor import ServiceDescriptor
from grpc import StatusCode

from pairing import defaults
from pairing.domain import errors
from pairing.neighbours import Peers
from pairing.store.secrets import Secrets
from pairing.use_cases.approve_device import approve_device
from pairing.use_cases.claim_pairing import claim_pairing, inviter_of_code
from pairing.use_cases.confirm_pairing import confirm_pairing, streams_of_pairing
from pairing.use_cases.create_device_code import create_device_code
from pairing.use_cases.create_device_session import create_device_session, owner_of_device
from pairing.use_cases.create_pairing_code import create_pairing_code
from pairing.use_cases.create_person import create_person
from pairing.use_cases.create_session import create_session
from pairing.use_cases.create_web_session import create_web_session
from pairing.use_cases.delete_session import delete_session
from pairing.use_cases.delete_sessions import delete_sessions
from pairing.use_cases.end_couple import end_couple
from pairing.use_cases.exchange_web_session import exchange_web_session, owner_of_secret
from pairing.use_cases.find_couple import find_couple
from pairing.use_cases.get_couple import get_couple
from pairing.use_cases.get_me import get_me
from pairing.use_cases.read_pairings import get_pairing, list_pairings
from pairing.use_cases.read_sessions import get_session, list_sessions
from pairing.use_cases.refresh_session import owner_of_token, refresh_session
from pairing.use_cases.set_calendar import set_calendar
from pairing.use_cases.set_shares import set_shares
from pairing.use_cases.update_me import update_me
from twolamps.internal.v1 import internal_pb2
from twolamps.internal.v1.internal_pb2_grpc import CouplesServiceServicer, WebSessionsServiceServicer
from twolamps.pairing.v1 import pairing_pb2
from twolamps.pairing.v1.pairing_pb2_grpc import PairingServiceServicer
from twolamps_chassis.auth import Signer
from twolamps_chassis.couples import Couples
from twolamps_chassis.edge import Api, Service, command, query
from twolamps_chassis.errors import Statuses
from twolamps_chassis.limits import Limit
from twolamps_chassis.mail import Mailbox

STATUSES: Statuses = {
    errors.WrongCredentials: StatusCode.UNAUTHENTICATED,
    errors.RefreshTokenRefused: StatusCode.UNAUTHENTICATED,
    errors.WebSessionRefused: StatusCode.UNAUTHENTICATED,
    errors.WrongPassword: StatusCode.INVALID_ARGUMENT,
    errors.DeviceCodeNotValid: StatusCode.INVALID_ARGUMENT,
    errors.DeviceCodePending: StatusCode.FAILED_PRECONDITION,
    errors.UnknownZone: StatusCode.INVALID_ARGUMENT,
    errors.NameUnreadable: StatusCode.INVALID_ARGUMENT,
    errors.CodeNotValid: StatusCode.INVALID_ARGUMENT,
    errors.AlreadyPaired: StatusCode.FAILED_PRECONDITION,
    errors.PairingClosed: StatusCode.FAILED_PRECONDITION,
}
BY_ADDRESS = Limit(defaults.TRIES_PER_ADDRESS, by="address")
BY_MAIL = Limit(defaults.TRIES_PER_MAIL, by="mail")
EXCHANGES = Limit(defaults.EXCHANGES_PER_SECRET, by="secret")
BY_PERSON = Limit(defaults.TRIES_PER_PERSON, by="person")
POLLS = (Limit(defaults.POLLS_PER_ADDRESS, by="address"), Limit(defaults.POLLS_PER_DEVICE, by="device_code"))


def pairing_api(
    service: Service, secrets: Secrets, signer: Signer, mailbox: Mailbox, couples: Couples, peers: Peers
) -> PairingServiceServicer:
    """Pairing's public calls, their use cases handed what they need beside the transaction."""

    class PairingApi(Api, PairingServiceServicer):
        descriptor: ClassVar[ServiceDescriptor] = pairing_pb2.DESCRIPTOR.services_by_name["PairingService"]

        CreatePerson = command(
            needing(create_person, secrets=secrets, mailbox=mailbox), role="worker", limits=(BY_ADDRESS, BY_MAIL)
        )
        CreateSession = command(
            needing(create_session, secrets=secrets, signer=signer), role="worker", limits=(BY_ADDRESS, BY_MAIL)
        )
        RefreshSession = command(
            needing(refresh_session, signer=signer, peers=peers),
            role="worker",
            limits=(BY_ADDRESS,),
            streams=owner_of_token,
        )
        CreateDeviceCode = command(needing(create_device_code, secrets=secrets), role="worker", limits=(BY_ADDRESS,))
        ApproveDevice = command(
            needing(approve_device, secrets=secrets), role="worker", limits=(BY_ADDRESS, BY_PERSON), keeps=False
        )
        CreateDeviceSession = command(
            needing(create_device_session, signer=signer), role="worker", limits=POLLS, streams=owner_of_device
        )
        ListSessions = query(list_sessions)
        GetSession = query(get_session)
        DeleteSession = command(needing(delete_session, peers=peers))
        DeleteSessions = command(needing(delete_sessions, peers=peers))
        GetMe = query(get_me)
        UpdateMe = command(update_me)
        CreatePairingCode = command(needing(create_pairing_code, secrets=secrets))
        ClaimPairing = command(
            needing(claim_pairing, secrets=secrets), role="worker", limits=(BY_ADDRESS, BY_PERSON),
            streams=needing(inviter_of_code, secrets=secrets),
        )  # fmt: skip
        ListPairings = query(list_pairings, role="worker")
        GetPairing = query(get_pairing, role="worker")
        ConfirmPairing = command(confirm_pairing, role="worker", streams=streams_of_pairing, keeps=False)
        GetCouple = query(get_couple, role="worker")
        SetShares = command(needing(set_shares, peers=peers), role="worker")
        SetCalendar = command(set_calendar, role="worker", limits=(Limit(defaults.CALENDARS, by="person"),))
        EndCouple = command(needing(end_couple, couples=couples, peers=peers), role="worker")

    return PairingApi(service)


class CouplesApi(Api, CouplesServiceServicer):
    """What other services may ask."""

    descriptor: ClassVar[ServiceDescriptor] = internal_pb2.DESCRIPTOR.services_by_name["CouplesService"]

    FindCouple = query(find_couple, role="worker")


def web_sessions_api(service: Service, secrets: Secrets, signer: Signer) -> WebSessionsServiceServicer:
    """What the gateway asks for the web app; it states the address of the browser, which the limits count."""

    class WebSessionsApi(Api, WebSessionsServiceServicer):
        descriptor: ClassVar[ServiceDescriptor] = internal_pb2.DESCRIPTOR.services_by_name["WebSessionsService"]

        CreateWebSession = command(
            needing(create_web_session, secrets=secrets), role="worker", limits=(BY_ADDRESS, BY_MAIL)
        )
        ExchangeWebSession = command(
            needing(exchange_web_session, signer=signer), role="worker", limits=(EXCHANGES,), streams=owner_of_secret
        )

    return WebSessionsApi(service)


def needing(function: Callable[..., Any], **given: object) -> Callable[..., Any]:
    """`function` with what it needs of this process; its signature stays readable for the mapping."""
    return update_wrapper(partial(function, **given), function)
