"""Which topics does a platform need, and are they as they have to be? One for each source and one of fences.

Promises: what is missing is made and what is unsafe is mended; nothing is ever deleted and partitions never get fewer; a
second run changes nothing. Wherever only looked at, nothing changes: no topic is made by asking for it.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from twolamps_chassis.kafka_relay import MAX_REQUEST_BYTES
from twolamps_events.catalog import SOURCES, topic

PARTITIONS, REPLICATION = 8, 3
RETENTION = timedelta(days=7)
SHORTEST = timedelta(days=3)
"""A consumer that stands still over a weekend still finds all it has to read."""
MESSAGE_BYTES = MAX_REQUEST_BYTES + 65_536
"""What a topic takes: the largest request of a producer with the frame of its batch."""
ROLL = timedelta(days=1)
"""Kafka deletes whole segments, so one that stays open for long would keep records past their retention."""
SET_BY_TOPIC = 1  # config_source of DescribeConfigs: a topic's own setting


@dataclass(frozen=True, slots=True)
class FoundTopic:
    """A topic as it is; `settings` are those in force, `own` the ones that were set on it."""

    name: str
    partitions: int
    replication: int
    settings: Mapping[str, str]
    own: Mapping[str, str]


@dataclass(slots=True)
class TopicReport:
    """What became of a topic. `wrong` are sentences: what is not as it has to be, after what was `mended`. `retention` is
    None where nothing is ever deleted; a relay's record is confirmed by all replicas in sync, at least `in_sync`."""

    name: str
    state: Literal["there", "made", "mended", "missing"] = "there"
    partitions: int = 0
    replication: int = 0
    retention: timedelta | None = None
    in_sync: int = 0
    mended: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@asynccontextmanager
async def admin_client(servers: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client of a cluster; `servers` is a comma-separated list. Raises KafkaConnectionError."""
    admin = AIOKafkaAdminClient(bootstrap_servers=servers.split(","), request_timeout_ms=10_000)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


def topic_names(prefix: str) -> list[str]:
    """Every topic of a platform."""
    return [topic(source, prefix) for source in (*SOURCES, "fences")]


def wanted_settings(replication: int) -> dict[str, str]:
    """A topic's settings where it has this many replicas."""
    return {
        "cleanup.policy": "delete",
        "retention.ms": str(RETENTION // timedelta(milliseconds=1)),
        "retention.bytes": "-1",
        "segment.ms": str(ROLL // timedelta(milliseconds=1)),
        "max.message.bytes": str(MESSAGE_BYTES),
        "min.insync.replicas": "2" if replication >= REPLICATION else "1",
        "unclean.leader.election.enable": "false",
    }


def unsafe_settings(found: FoundTopic) -> dict[str, str]:
    """Settings that have to change, with why."""
    settings, why = found.settings, dict[str, str]()
    retention = _retention(found)
    if retention is None or retention > RETENTION:
        why["retention.ms"] = "events are kept longer than 7 days"
    elif retention < SHORTEST:
        why["retention.ms"] = "events would be deleted before a consumer that was away for a weekend has read them"
    if int(settings["retention.bytes"]) >= 0:
        why["retention.bytes"] = "a busy day would delete events before a slow consumer has read them"
    if int(settings["segment.ms"]) > ROLL // timedelta(milliseconds=1):
        why["segment.ms"] = "a segment stays open for more than a day, which keeps events past their retention"
    if int(settings["max.message.bytes"]) < MESSAGE_BYTES:
        why["max.message.bytes"] = "the largest event would be refused and stop all others"
    if settings["cleanup.policy"] != "delete":
        why["cleanup.policy"] = "compaction drops all but the last event of a stream"
    if settings["unclean.leader.election.enable"] != "false":
        why["unclean.leader.election.enable"] = "a broker that lags could become leader, and confirmed events be lost"
    in_sync = int(settings["min.insync.replicas"])
    if found.replication >= REPLICATION and in_sync < 2:
        why["min.insync.replicas"] = "an event would be confirmed with one copy"
    if in_sync > max(1, found.replication - 1):
        why["min.insync.replicas"] = "writing stops as soon as one broker is away"
    return why


def _retention(found: FoundTopic) -> timedelta | None:
    """How long a topic keeps a record; None for ever."""
    milliseconds = int(found.settings["retention.ms"])
    return timedelta(milliseconds=milliseconds) if milliseconds >= 0 else None


async def read_topics(admin: AIOKafkaAdminClient, names: Sequence[str]) -> dict[str, FoundTopic]:
    """Those of `names` that are there."""
    described = {t["topic"]: t["partitions"] for t in await admin.describe_topics() if t["topic"] in names}
    if not described:
        return {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, configs=None) for name in described]
    entries = {
        resource["resource_name"]: resource["config_entries"]
        for reply in await admin.describe_configs(asked)
        for resource in reply.to_object()["resources"]
    }
    return {
        name: FoundTopic(
            name,
            len(partitions),
            min(len(partition["replicas"]) for partition in partitions),
            {e["config_names"]: e["config_value"] for e in entries[name]},
            {e["config_names"]: e["config_value"] for e in entries[name] if e["config_source"] == SET_BY_TOPIC},
        )
        for name, partitions in described.items()
        if entries.get(name)  # a broker may list a topic a moment before it knows its settings
    }


async def look_at_topics(admin: AIOKafkaAdminClient, prefix: str) -> list[TopicReport]:
    """How the topics of a platform are, in the order of `topic_names`."""
    brokers = len((await admin.describe_cluster())["brokers"])
    found = await read_topics(admin, topic_names(prefix))
    return [_report(name, found.get(name), brokers) for name in topic_names(prefix)]


async def make_topics(admin: AIOKafkaAdminClient, prefix: str, partitions: int | None = None) -> list[TopicReport]:
    """Make what is missing, with `partitions` or 8, and mend what is unsafe; with `partitions` those that have fewer get
    so many. Raises KafkaError where the cluster refuses."""
    names = topic_names(prefix)
    brokers = len((await admin.describe_cluster())["brokers"])
    found = await read_topics(admin, names)
    changes: dict[str, tuple[Literal["made", "mended"], list[str]]] = {}
    missing = [name for name in names if name not in found]
    if missing:
        replication = min(REPLICATION, brokers)
        new = [
            NewTopic(name, partitions or PARTITIONS, replication, topic_configs=wanted_settings(replication))
            for name in missing
        ]
        _raise_refused(await admin.create_topics(new), but=36)  # TOPIC_ALREADY_EXISTS: another run made it just now
        changes |= {name: ("made", []) for name in missing}
    for topic_found in found.values():
        if mended := await _mend(admin, topic_found, partitions):
            changes[topic_found.name] = ("mended", mended)
    now = await _read_until(admin, names, dict.fromkeys(changes, partitions or 1))
    reports = [_report(name, now.get(name), brokers) for name in names]
    for report in reports:
        if report.name in changes and report.state != "missing":
            report.state, report.mended = changes[report.name]
    return reports


async def _mend(admin: AIOKafkaAdminClient, found: FoundTopic, partitions: int | None) -> list[str]:
    """What was changed, with why."""
    mended = []
    why = unsafe_settings(found)
    if why:
        fresh = wanted_settings(found.replication)
        own = {**found.own, **{name: fresh[name] for name in why}}  # the request replaces all that was set on a topic
        for reply in await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, found.name, configs=own)]):
            for code, message, *_ in reply.resources:
                if code:
                    raise for_code(code)(message)
        mended += [f"{name} {found.settings[name]} -> {fresh[name]}: {reason}" for name, reason in why.items()]
    if partitions is not None and partitions > found.partitions:
        await admin.create_partitions({found.name: NewPartitions(partitions)})
        mended.append(f"partitions {found.partitions} -> {partitions}")
    return mended


async def _read_until(
    admin: AIOKafkaAdminClient, names: Sequence[str], partitions: Mapping[str, int]
) -> dict[str, FoundTopic]:
    """The topics once a broker knows what was changed, which takes it a moment; after five seconds as they are."""
    for pause in (0.05, 0.2, 0.5, 1.0, 1.5, 2.0):
        await asyncio.sleep(pause)
        found = await read_topics(admin, names)
        if all(
            n in found and found[n].partitions >= many and not unsafe_settings(found[n])
            for n, many in partitions.items()
        ):
            break
    return found


def _report(name: str, found: FoundTopic | None, brokers: int) -> TopicReport:
    if found is None:
        return TopicReport(name, "missing", wrong=["it is missing"])
    wrong = list(unsafe_settings(found).values())
    if found.replication < min(REPLICATION, brokers):
        wrong.append(
            f"{found.replication} of {min(REPLICATION, brokers)} replicas; kafka-reassign-partitions adds them"
        )
    return TopicReport(
        name, "there", found.partitions, found.replication, _retention(found),
        int(found.settings["min.insync.replicas"]), wrong=wrong,
    )  # fmt: skip


def _raise_refused(reply: Any, but: int) -> None:
    for name, code, message in reply.topic_errors:
        if code not in (0, but):
            raise for_code(code)(f"{name}: {message}")
