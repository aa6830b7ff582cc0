"""Which calls does pairing answer? One line a verb; who may call what stands in the contract."""

from typing import ClassVar

from google.protobuf.descriptor import ServiceDescriptor
from grpc import StatusCode

from pairing.domain import errors
from pairing.use_cases.get_me import get_me
from twolamps.pairing.v1 import pairing_pb2
from twolamps.pairing.v1.pairing_pb2_grpc import PairingServiceServicer
from twolamps_chassis.edge import Api, command, query
from twolamps_chassis.errors import Statuses

STATUSES: Statuses = {
    errors.WrongCredentials: StatusCode.UNAUTHENTICATED,
    errors.UnknownZone: StatusCode.INVALID_ARGUMENT,
}


class PairingApi(Api, PairingServiceServicer):
    """Pairing's public calls."""

    descriptor: ClassVar[ServiceDescriptor] = pairing_pb2.DESCRIPTOR.services_by_name["PairingService"]

    GetMe = query(get_me)
