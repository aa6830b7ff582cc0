"""How is notifications put together? The only file that knows every other."""

from collections.abc import Sequence

from notifications.channels.in_app import hint_of
from notifications.consumers import couples, handlers
from notifications.domain.items import Change
from notifications.due_rows import DUES
from notifications.grpc_api.changes import ChangesApi, OwnLog
from notifications.grpc_api.inbox import inbox_api
from twolamps.internal.v1.internal_pb2_grpc import add_ChangesServiceServicer_to_server
from twolamps.notifications.v1.notifications_pb2_grpc import add_NotificationsServiceServicer_to_server
from twolamps_chassis.hub import Hub
from twolamps_chassis.node import Role, Surroundings
from twolamps_chassis.telemetry import STREAMS


def compose(around: Surroundings) -> Role:
    """Notifications as a role of a process, with the hub of its own streams."""
    log = OwnLog(around.database)
    hub = Hub(log.read, log.heads, bytes, presence=around.live.presence)
    STREAMS.labels("grpc").set_function(lambda: hub.open_streams)

    def announce(changes: Sequence[Change]) -> None:
        heard = [hint_of(change) for change in changes if around.live.hints.heard(change.person)]
        around.hint(heard)

    async def drain() -> None:
        hub.drain()

    around.live.hints.hubs.append(hub)
    service = around.service({})
    return Role(
        couples=couples(announce),
        servicers=[
            (add_NotificationsServiceServicer_to_server, inbox_api(service, hub, announce)),
            (add_ChangesServiceServicer_to_server, ChangesApi(service)),
        ],
        statuses={"twolamps.notifications.v1.NotificationsService": {}, "twolamps.internal.v1.ChangesService": {}},
        consumers=handlers(announce),
        dues=DUES,
        loops={"hub": hub.run},
        at_stop=[drain],
    )
