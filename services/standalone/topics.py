"""`twolamps topics`: are the platform's topics there, and as they have to be? What is missing is made."""

import asyncio
import time
from datetime import timedelta
from typing import Annotated

import typer
from aiokafka.errors import KafkaError
from rich.table import Table

from standalone.terminal import out, quiet_libraries, read_settings, stop
from twolamps_chassis.kafka_topics import TopicReport, admin_client, look_at_topics, make_topics
from twolamps_chassis.settings import Settings

WAIT_S, CHECK_S = 60.0, 5.0


def topics(
    check: Annotated[bool, typer.Option("--check", help="change nothing; exit 1 where something is wrong")] = False,
    partitions: Annotated[
        int | None,
        typer.Option(min=1, max=1000, help="partitions of new topics (by default 8), and of those that have fewer"),
    ] = None,
    wait: Annotated[
        float | None, typer.Option(min=0, help="seconds to wait for Kafka, by default 60, to --check 5")
    ] = None,
) -> None:
    """Make the platform's topics in Kafka, or mend them; nothing is ever deleted."""
    settings = read_settings()
    if not settings.kafka:
        stop("There is no Kafka: name its servers with TWOLAMPS_KAFKA, such as kafka:9092. Standalone needs none.")
    if check and partitions is not None:
        stop("--check changes nothing, so --partitions has nothing to do.")
    patience_s = wait if wait is not None else CHECK_S if check else WAIT_S
    quiet_libraries()
    try:
        with out.status(f"Waiting for Kafka at {settings.kafka} ..."):
            reports = asyncio.run(_within(settings, patience_s, check, partitions))
    except (KafkaError, TimeoutError, OSError, ValueError) as error:
        why = str(error) or type(error).__name__
        stop(f"Kafka at {settings.kafka} cannot be used: {why}. Is it running? TWOLAMPS_KAFKA names its servers.")
    out.print(_table(reports))
    for report in reports:
        for what in report.mended:
            out.print(f"{report.name}: {what}", markup=False, soft_wrap=True)
    wrong = [f"{report.name}: {what}" for report in reports for what in report.wrong]
    if wrong:
        stop("\n".join([*wrong, "Next: twolamps topics" if check else "These are for Kafka's operator to mend."]))
    if any(report.state == "made" for report in reports):
        out.print("Where one of them was lost with its events: twolamps replay pairing, prompts, scheduling")
    out.print("The topics are as they have to be. Next: twolamps check, then twolamps run ROLE")


async def _within(settings: Settings, wait_s: float, check: bool, partitions: int | None) -> list[TopicReport]:
    """Look, or make, as soon as Kafka answers; raises what the last attempt met once `wait_s` is over."""
    deadline = time.monotonic() + wait_s
    while True:
        try:
            async with asyncio.timeout(30), admin_client(settings.kafka) as admin:
                if check:
                    return await look_at_topics(admin, settings.prefix)
                return await make_topics(admin, settings.prefix, partitions)
        except (KafkaError, TimeoutError, OSError) as error:
            if (isinstance(error, KafkaError) and not error.retriable) or time.monotonic() > deadline:
                raise
        await asyncio.sleep(1)


def _table(reports: list[TopicReport]) -> Table:
    table = Table(box=None, pad_edge=False)  # so that it fits into 80 columns
    for name in ("topic", "partitions", "replicas", "retention", "acks", "state"):
        right = name in ("partitions", "replicas", "retention")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for report in reports:
        state = f"[red]{report.state}[/red]" if report.wrong else report.state
        if report.state == "missing":
            table.add_row(report.name, "", "", "", "", state)
            continue
        kept = "for ever" if report.retention is None else f"{report.retention / timedelta(days=1):g} d"
        acks = f"all, min ISR {report.in_sync}"
        table.add_row(report.name, str(report.partitions), str(report.replication), kept, acks, state)
    return table
