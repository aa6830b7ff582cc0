"""How is pairing put together? The only file that knows every other."""

from pairing.grpc_api import STATUSES, PairingApi
from twolamps.pairing.v1.pairing_pb2_grpc import add_PairingServiceServicer_to_server
from twolamps_chassis.couples import Couples
from twolamps_chassis.edge import Service
from twolamps_chassis.node import Role, Surroundings


def compose(around: Surroundings) -> Role:
    """Pairing as a role of a process."""
    api = PairingApi(Service(around.database, STATUSES))
    return Role(
        couples=Couples(),
        servicers=[(add_PairingServiceServicer_to_server, api)],
        statuses={"twolamps.pairing.v1.PairingService": STATUSES},
    )
