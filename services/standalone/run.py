"""How does one role run in a process of its own? `twolamps run ROLE`, beside Kafka, Redis, PostgreSQL and the other roles.

Promises: the role is the same code as in one process; any number of replicas may run; stopping drains within ten
seconds: readiness first, then streams and calls, then events.
"""

from contextlib import suppress
from typing import Annotated, Literal

import typer
import uvloop
from asyncpg import PostgresError

from standalone.edge import serve_edge
from standalone.roles import compose_of
from standalone.terminal import read_settings, stop
from standalone.web import serve_admin
from twolamps_chassis import clock, tracing
from twolamps_chassis.clock import ClockFileRefused
from twolamps_chassis.keyring import WrongWrappingKey
from twolamps_chassis.lifecycle import allow_many_streams, collect_seldom
from twolamps_chassis.node import Node, Process
from twolamps_chassis.ports import PortTaken
from twolamps_chassis.settings import Settings
from twolamps_chassis.telemetry import configure_logs, log

RoleName = Literal["pairing", "prompts", "scheduling", "notifications", "gateway"]
NEEDS = {
    "peers": "TWOLAMPS_PEERS", "kafka": "TWOLAMPS_KAFKA", "redis": "TWOLAMPS_REDIS",
    "database": "TWOLAMPS_DATABASE", "key_database": "TWOLAMPS_KEY_DATABASE",
}  # fmt: skip
AT_THE_EDGE = ("peers", "redis")


class SettingMissing(Exception):
    """A role of its own cannot do without this setting."""


async def start_role(name: str, settings: Settings) -> Process:
    """Start a role; raises what hinders it, with nothing left running."""
    needs = AT_THE_EDGE if name == "gateway" else NEEDS
    if missing := [NEEDS[field] for field in needs if not getattr(settings, field)]:
        raise SettingMissing(
            f"{', '.join(missing)} must be set to run {name} by itself; docs/settings.md says to what."
        )
    clock.use_clock_file(settings.clock_file, settings.env)
    tracing.start(settings.otlp, name)
    process = await _compose(name, settings)
    process.lifecycle.at_last(tracing.stop)
    try:
        if name == "gateway":
            await serve_edge(process, settings)
        await serve_admin(process, settings)
    except BaseException:
        await process.stop()
        raise
    process.lifecycle.ready = True
    return process


async def _compose(name: str, settings: Settings) -> Process:
    if name == "gateway":
        return Process.bare(settings)

    def dsn(_service: str, database: str) -> str:
        return settings.database if database == "twolamps" else settings.key_database

    return await Node.start({name: compose_of(name)}, settings, dsn)


def run(role: Annotated[RoleName, typer.Argument(help="the role of this process")]) -> None:
    """Run one role in a process of its own, until SIGTERM: the platform is one or more of each."""
    settings = read_settings()
    configure_logs(settings.log_level)
    allow_many_streams()
    collect_seldom()

    async def live() -> None:
        process = await start_role(role, settings)
        log().info("role.ready", role=role)
        await process.lifecycle.until_stopped()

    try:
        with suppress(KeyboardInterrupt):
            uvloop.run(live())
    except (SettingMissing, PortTaken, ClockFileRefused, WrongWrappingKey, PostgresError, OSError) as error:
        stop(str(error) or type(error).__doc__ or "")
