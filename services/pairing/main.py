"""How is pairing put together? The only file that knows every other."""

from pairing.due_rows import on_share_expiries_due
from pairing.grpc_api import STATUSES, CouplesApi, pairing_api, web_sessions_api
from pairing.neighbours import Peers
from pairing.store.couples import close_couple
from pairing.store.secrets import Secrets
from twolamps.internal.v1.internal_pb2_grpc import (
    add_CouplesServiceServicer_to_server,
    add_WebSessionsServiceServicer_to_server,
)
from twolamps.pairing.v1.pairing_pb2_grpc import add_PairingServiceServicer_to_server
from twolamps_chassis.auth import Signer
from twolamps_chassis.couples import Couples
from twolamps_chassis.due_rows import Due
from twolamps_chassis.node import Role, Surroundings


def compose(around: Surroundings) -> Role:
    """Pairing as a role of a process."""
    private = around.keys / "private"
    secrets, signer = Secrets(private / "mail-hash.key"), Signer(private / "token.json")
    couples, peers = Couples(close_couple), Peers(around.channels.every(), around.service_token)
    service = around.service(STATUSES)
    api = pairing_api(service, secrets, signer, around.mailbox, couples, peers)
    return Role(
        couples=couples,
        servicers=[
            (add_PairingServiceServicer_to_server, api),
            (add_CouplesServiceServicer_to_server, CouplesApi(service)),
            (add_WebSessionsServiceServicer_to_server, web_sessions_api(service, secrets, signer)),
        ],
        statuses={
            "twolamps.pairing.v1.PairingService": STATUSES,
            "twolamps.internal.v1.WebSessionsService": STATUSES,
        },
        dues=[Due("share_expiries", on_share_expiries_due)],
        at_stop=[peers.close, secrets.close],
    )
