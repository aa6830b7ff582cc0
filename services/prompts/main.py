"""How is prompts put together? The only file that knows every other."""

from prompts.consumers import on_calendar_changed, on_couple_ended, on_couple_formed
from prompts.due_rows import on_deals_due
from prompts.grpc_api import STATUSES, PromptsApi
from twolamps.prompts.v1.prompts_pb2_grpc import add_PromptsServiceServicer_to_server
from twolamps_chassis.couples import Couples
from twolamps_chassis.due_rows import Due
from twolamps_chassis.node import Role, Surroundings
from twolamps_events.pairing import CalendarChanged, CoupleFormed, CoupleSnapshot


def compose(around: Surroundings) -> Role:
    """Prompts as a role of a process."""
    api = PromptsApi(around.service(STATUSES, around.pairing.find_couple))
    return Role(
        couples=Couples(on_end=on_couple_ended),
        servicers=[(add_PromptsServiceServicer_to_server, api)],
        statuses={"twolamps.prompts.v1.PromptsService": STATUSES},
        consumers={
            "pairing": {
                CoupleFormed: on_couple_formed,
                CoupleSnapshot: on_couple_formed,
                CalendarChanged: on_calendar_changed,
            }
        },
        dues=[Due("deals", on_deals_due)],
    )
