"""Is Kafka as a platform needs it? Reached, with the topics as they have to be, and nothing deleted unread."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError

from standalone.check.findings import Finding
from twolamps_chassis.kafka_topics import TopicReport, admin_client, look_at_topics, topic_names

TIMEOUT_S = 20
AWAY = "see that Kafka runs there, and that its advertised listeners can be reached from here"


async def look_at_kafka(servers: str, prefix: str) -> AsyncIterator[Finding]:
    """What is found in the cluster, for the topics and groups of `prefix`."""
    try:
        async with asyncio.timeout(TIMEOUT_S), admin_client(servers) as admin:
            brokers = [broker["node_id"] for broker in (await admin.describe_cluster())["brokers"]]
            yield Finding(f"Kafka answers at {servers}, {len(brokers)} {'broker' if len(brokers) == 1 else 'brokers'}")
            async for finding in _makes_topics_by_itself(admin, brokers):
                yield finding
            found = await look_at_topics(admin, prefix)
            groups = sorted(
                name for name, *_ in await admin.list_consumer_groups()
                if name.partition(".")[2] in topic_names(prefix)
            )  # fmt: skip
            wrong = [*_topics(found), *_partitions(found, await _members(admin, groups))]
            for finding in wrong or [Finding(f"The {len(found)} topics of {prefix} are as they have to be")]:
                yield finding
            async for finding in _deleted_unread(admin, servers, groups):
                yield finding
    except (KafkaError, OSError, TimeoutError, ValueError) as error:
        yield Finding(f"Kafka at {servers} cannot be used ({type(error).__name__})", AWAY)


async def _makes_topics_by_itself(admin: AIOKafkaAdminClient, brokers: list[int]) -> AsyncIterator[Finding]:
    asked = [
        ConfigResource(ConfigResourceType.BROKER, str(broker), configs={"auto.create.topics.enable": ""})
        for broker in brokers
    ]
    for reply in await admin.describe_configs(asked):
        for resource in reply.to_object()["resources"]:
            if any(entry["config_value"] == "true" for entry in resource["config_entries"]):
                broker = resource["resource_name"]
                step = "set auto.create.topics.enable=false there, and restart it"
                yield Finding(f"Broker {broker} makes a missing topic by itself, with one partition and one copy", step)


def _topics(found: Sequence[TopicReport]) -> Iterator[Finding]:
    for report in found:
        for what in report.wrong:
            yield Finding(f"Topic {report.name}: {what}", "twolamps topics")


async def _members(admin: AIOKafkaAdminClient, groups: Sequence[str]) -> dict[str, int]:
    """How many consumers each group has now, asked one by one: aiokafka cannot read an answer that tells of two."""
    replies = [reply for group in groups for reply in await admin.describe_consumer_groups([group])]
    return {group["group"]: len(group["members"]) for reply in replies for group in reply.to_object()["groups"]}


def _partitions(found: Sequence[TopicReport], members: Mapping[str, int]) -> Iterator[Finding]:
    """Of one number of replicas all should have something to do, whichever topic they read."""
    many = {report.name: report.partitions for report in found if report.partitions}
    most = max(many.values(), default=0)
    for name, partitions in many.items():
        if partitions < most:
            step = f"twolamps topics --partitions {most}"
            yield Finding(f"Topic {name} has {partitions} partitions, another has {most}", step)
        replicas, group = max(
            ((count, group) for group, count in members.items() if group.partition(".")[2] == name), default=(0, "")
        )
        if replicas > partitions:
            step = f"twolamps topics --partitions {max(most, replicas)}, or fewer replicas"
            yield Finding(f"{replicas} replicas in {group} share {partitions} partitions, so some wait", step)


async def _deleted_unread(admin: AIOKafkaAdminClient, servers: str, groups: Sequence[str]) -> AsyncIterator[Finding]:
    """Groups whose place lies below the beginning of the log: what was between is gone for them."""
    if not groups:
        return
    consumer = AIOKafkaConsumer(bootstrap_servers=servers.split(","), enable_auto_commit=False)
    await consumer.start()
    try:
        for group in groups:
            places = {p: o.offset for p, o in (await admin.list_consumer_group_offsets(group)).items() if o.offset >= 0}
            begins: dict[TopicPartition, int] = await consumer.beginning_offsets(list(places)) if places else {}
            lost = sum(max(0, begins.get(place, 0) - offset) for place, offset in places.items())
            if lost:
                source = group.rsplit(".", 2)[1]
                step = f"twolamps replay {source}; where the outbox has it no more (7 days), twolamps republish"
                yield Finding(f"{lost} records were deleted before the group {group} read them", step)
    finally:
        await consumer.stop()
