"""How does the gateway live in a process? Its hub, its streams and its HTTP, beside whatever else is there."""

from gateway.auth import by_bearer
from gateway.main import build, server_config
from gateway.neighbours import Changes
from gateway.settings import EdgeSettings
from gateway.sse import InboxStream, StreamingProtocol, encode_event
from gateway.web.sessions import WebSessions
from standalone.web import serve
from twolamps_chassis.auth import Signer
from twolamps_chassis.hub import Hub
from twolamps_chassis.node import Process
from twolamps_chassis.settings import Settings
from twolamps_chassis.telemetry import STREAMS


async def serve_edge(process: Process, settings: Settings) -> int:
    """Serve HTTP until the process stops; the port it listens on. Raises PortTaken."""
    token = Signer(settings.keys_folder / "private" / "gateway.json").as_service("gateway")
    changes = Changes(process.channels.to("notifications"), token)
    hub = Hub(changes.read, changes.heads, encode_event, presence=process.live.presence)
    STREAMS.labels("sse").set_function(lambda: hub.open_streams)
    process.live.hints.hubs.append(hub)
    process.lifecycle.loop("gateway.hub", hub.run)
    edge = EdgeSettings(
        host=settings.host,
        port=settings.http_port,
        cors_origins=tuple(settings.cors_origins),
        flood_limit=settings.flood_limit,
        web_origins=tuple(settings.web_origins),
        trusted_proxies=tuple(settings.trusted_proxies),
    )
    authenticate = by_bearer(process.verifier)
    sessions = WebSessions(process.channels.to("pairing"), token, edge, authenticate)
    stream = InboxStream(hub, authenticate)
    app = build(process.channels, token, edge, stream, process.live.counts, sessions)
    return await serve(server_config(app, edge, StreamingProtocol), process.lifecycle, "HTTP")
