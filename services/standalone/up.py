"""How does the whole platform run in one process? Databases, then the node of all roles, then the web.

Promises: ready means that every role answers; what a start needs it makes; stopping drains within ten seconds; when the
embedded database ends by itself, so does the platform, and says so.
"""

import asyncio
from dataclasses import dataclass
from typing import Self

from standalone.databases import Databases, open_databases
from standalone.edge import serve_edge
from standalone.roles import ROLES, compose_of
from standalone.web import serve_admin
from twolamps_chassis import clock, tracing
from twolamps_chassis.node import Node
from twolamps_chassis.postgres_install import PostgresUnavailable
from twolamps_chassis.settings import Settings
from twolamps_chassis.telemetry import log


@dataclass
class Platform:
    """The platform, running: where it listens."""

    node: Node
    databases: Databases
    http_port: int
    admin_port: int
    database_ended: bool = False

    @classmethod
    async def start(cls, settings: Settings) -> Self:
        """Start everything; raises what stopped it, with nothing left running."""
        clock.use_clock_file(settings.clock_file, settings.env)
        databases = await open_databases(settings)
        try:
            await databases.bring_up_to_date()
            tracing.start(settings.otlp, "standalone")
            node = await Node.start({role: compose_of(role) for role in ROLES}, settings, databases.dsn)
            node.lifecycle.at_last(tracing.stop)
        except BaseException:
            await databases.close()
            raise
        platform = cls(node, databases, 0, 0)
        try:
            await platform._serve(settings)
        except BaseException:
            await platform.stop()
            raise
        node.lifecycle.ready = True
        return platform

    async def _serve(self, settings: Settings) -> None:
        self.http_port = await serve_edge(self.node, settings)
        self.admin_port = await serve_admin(self.node, settings)

    async def stop(self) -> None:
        """Drain and stop, the database last."""
        await self.node.stop()
        await self.databases.close()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT; raises PostgresUnavailable when the embedded server has ended before them."""
        self.node.lifecycle.loop("database", self._watch_database)
        try:
            await self.node.lifecycle.until_stopped()
        finally:
            await self.databases.close()
        if self.database_ended:
            raise PostgresUnavailable(
                "PostgreSQL ended by itself, so Twolamps did too. Nothing is lost; start it again."
            )

    async def _watch_database(self) -> None:
        """Without its database nothing here can go on; whoever supervises the process starts both anew."""
        while self.databases.server is not None and not self.database_ended:
            await asyncio.sleep(0.5)
            if not self.databases.server.alive:
                self.database_ended = True
                log().error("database.ended")
                self.node.lifecycle.stopping.set()
