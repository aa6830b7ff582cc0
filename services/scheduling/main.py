"""How is scheduling put together? The only file that knows every other."""

from scheduling.consumers import on_couple_end
from scheduling.due_rows import on_extensions_due, on_invite_expiries_due, on_rings_due
from scheduling.grpc_api import STATUSES, SchedulingApi
from twolamps.scheduling.v1.scheduling_pb2_grpc import add_SchedulingServiceServicer_to_server
from twolamps_chassis.couples import Couples
from twolamps_chassis.due_rows import Due
from twolamps_chassis.node import Role, Surroundings


def compose(around: Surroundings) -> Role:
    """Scheduling as a role of a process."""
    api = SchedulingApi(around.service(STATUSES, around.pairing.find_couple))
    return Role(
        couples=Couples(on_end=on_couple_end),
        servicers=[(add_SchedulingServiceServicer_to_server, api)],
        statuses={"twolamps.scheduling.v1.SchedulingService": STATUSES},
        consumers={"pairing": {}},
        dues=[
            Due("rings", on_rings_due, batch=1000),
            Due("invite_expiries", on_invite_expiries_due),
            Due("extensions", on_extensions_due),
        ],
    )
