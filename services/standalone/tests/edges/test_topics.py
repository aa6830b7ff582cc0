"""`twolamps topics`: what is missing is made, what is unsafe is mended, nothing is deleted or made smaller."""

import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from twolamps_chassis.kafka_topics import (
    MESSAGE_BYTES,
    FoundTopic,
    TopicReport,
    admin_client,
    look_at_topics,
    make_topics,
    read_topics,
    topic_names,
    unsafe_settings,
    wanted_settings,
)
from twolamps_testkit.servers import Kafka
from twolamps_testkit.stage import eventually

COMMAND = Path(sys.executable).with_name("twolamps")
DAY_MS = 24 * 3600 * 1000


@pytest.fixture
def prefix() -> str:
    return f"t{secrets.token_hex(4)}"


@pytest.fixture
async def admin(kafka: Kafka, prefix: str) -> AsyncIterator[AIOKafkaAdminClient]:
    async with admin_client(kafka.servers) as client:
        yield client
        await client.delete_topics(list(await read_topics(client, topic_names(prefix))))


async def test_every_source_and_the_fences_get_a_topic_once(admin: AIOKafkaAdminClient, prefix: str) -> None:
    assert {report.state for report in await look_at_topics(admin, prefix)} == {"missing"}
    made = await make_topics(admin, prefix)
    assert [report.name for report in made] == topic_names(prefix)
    assert f"{prefix}.fences.v1" in topic_names(prefix)
    assert {(report.state, report.partitions, *report.wrong) for report in made} == {("made", 8)}
    assert {(report.state, *report.mended) for report in await make_topics(admin, prefix)} == {("there",)}
    for topic in (await read_topics(admin, topic_names(prefix))).values():
        assert topic.own["retention.ms"] == str(7 * DAY_MS)
        assert int(topic.own["max.message.bytes"]) == MESSAGE_BYTES


async def test_what_is_unsafe_is_mended_and_the_rest_is_kept(admin: AIOKafkaAdminClient, prefix: str) -> None:
    unsafe = {
        "retention.ms": "-1",
        "retention.bytes": "123456789",
        "max.message.bytes": "1000",
        "cleanup.policy": "compact",
        "min.insync.replicas": "2",
    }
    kept = {"compression.type": "zstd", "index.interval.bytes": "8192"}
    await admin.create_topics([NewTopic(f"{prefix}.pairing.v1", 3, 1, topic_configs=unsafe | kept)])
    looked = (await known(admin, prefix, 1))[f"{prefix}.pairing.v1"]
    assert len(looked.wrong) == len(unsafe) + 1  # and its segments stay open for long
    mended = {report.name: report for report in await make_topics(admin, prefix)}[f"{prefix}.pairing.v1"]
    assert (mended.state, mended.partitions, mended.wrong) == ("mended", 3, [])
    found = (await read_topics(admin, [mended.name]))[mended.name]
    assert kept.items() <= found.own.items()
    assert found.settings["cleanup.policy"] == "delete"


async def test_partitions_are_raised_where_asked_and_never_lowered(admin: AIOKafkaAdminClient, prefix: str) -> None:
    await admin.create_topics([NewTopic(f"{prefix}.pairing.v1", 3, 1), NewTopic(f"{prefix}.prompts.v1", 9, 1)])
    await known(admin, prefix, 2)
    counts = {report.name: report.partitions for report in await make_topics(admin, prefix, partitions=5)}
    assert counts[f"{prefix}.pairing.v1"] == 5
    assert counts[f"{prefix}.prompts.v1"] == 9
    assert counts[f"{prefix}.fences.v1"] == 5


async def test_each_topic_is_shown_with_what_it_keeps_and_who_confirms(
    admin: AIOKafkaAdminClient, kafka: Kafka, prefix: str
) -> None:
    made = run(kafka.servers, prefix)
    said, _ = made.communicate(timeout=60)
    assert made.returncode == 0
    for name in topic_names(prefix):
        assert f"{name} 8 1 7 d all, min ISR 1 made" in rows(said)
    for_ever = {"retention.ms": "-1", "min.insync.replicas": "2"}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, f"{prefix}.prompts.v1", configs=for_ever)])
    await admin.delete_topics([f"{prefix}.fences.v1"])
    await eventually(
        lambda: look_at_topics(admin, prefix), until=lambda found: sum(bool(report.wrong) for report in found) == 2
    )
    said, _ = (checked := run(kafka.servers, prefix, "--check")).communicate(timeout=60)
    assert checked.returncode == 1
    assert f"{prefix}.prompts.v1 8 1 for ever all, min ISR 2 there" in rows(said)
    assert f"{prefix}.fences.v1 missing" in rows(said)


@pytest.mark.parametrize(
    ("replicas", "changed", "wrong"),
    [
        (1, {}, []),
        (2, {}, []),
        (3, {"min.insync.replicas": "2"}, []),
        (3, {"min.insync.replicas": "1"}, ["min.insync.replicas"]),
        (3, {"min.insync.replicas": "3"}, ["min.insync.replicas"]),
        (2, {"min.insync.replicas": "2"}, ["min.insync.replicas"]),
        (1, {"retention.ms": str(3 * DAY_MS)}, []),
        (1, {"retention.ms": str(3 * DAY_MS - 1)}, ["retention.ms"]),
        (1, {"retention.ms": str(7 * DAY_MS + 1)}, ["retention.ms"]),
        (1, {"retention.ms": "-1"}, ["retention.ms"]),
        (1, {"retention.bytes": "1073741824"}, ["retention.bytes"]),
    ],
)
def test_what_could_lose_an_event_or_stop_all_is_unsafe(
    replicas: int, changed: dict[str, str], wrong: list[str]
) -> None:
    settings = wanted_settings(1) | changed
    assert list(unsafe_settings(FoundTopic("t.pairing.v1", 8, replicas, settings, {}))) == wrong


async def test_two_runs_at_once_get_in_nobodys_way(admin: AIOKafkaAdminClient, kafka: Kafka, prefix: str) -> None:
    first, second = run(kafka.servers, prefix), run(kafka.servers, prefix)
    assert [first.wait(60), second.wait(60)] == [0, 0]
    assert {tuple(report.wrong) for report in await look_at_topics(admin, prefix)} == {()}


async def test_a_check_changes_nothing_and_says_what_is_wrong(
    admin: AIOKafkaAdminClient, kafka: Kafka, prefix: str
) -> None:
    checked = run(kafka.servers, prefix, "--check")
    said, _ = checked.communicate(timeout=60)
    assert checked.returncode == 1
    assert f"{prefix}.fences.v1: it is missing" in said
    assert "Next: twolamps topics" in said
    assert await read_topics(admin, topic_names(prefix)) == {}


@pytest.mark.parametrize(("servers", "named"), [("", "TWOLAMPS_KAFKA"), ("127.0.0.1:9", "127.0.0.1:9 cannot be used")])
def test_a_kafka_that_is_not_there_is_said_in_a_sentence(servers: str, named: str) -> None:
    ran = run(servers, "nowhere", "--wait", "0")
    said = " ".join(ran.communicate(timeout=60)[0].split())
    assert ran.returncode == 1
    assert named in said
    assert "Traceback" not in said


async def known(admin: AIOKafkaAdminClient, prefix: str, topics: int) -> dict[str, TopicReport]:
    """What is said of so many topics, once the broker knows them all, which takes it a moment."""

    async def look() -> dict[str, TopicReport]:
        return {report.name: report for report in await look_at_topics(admin, prefix) if report.state != "missing"}

    return cast(dict[str, TopicReport], await eventually(look, until=lambda found: len(found) == topics))


def rows(said: str) -> list[str]:
    """The lines of a table, each cell one space from the next."""
    return [" ".join(line.split()) for line in said.splitlines()]


def run(servers: str, prefix: str, *arguments: str) -> "subprocess.Popen[str]":
    env = {name: value for name, value in os.environ.items() if not name.startswith("TWOLAMPS_")}
    return subprocess.Popen(
        [COMMAND, "topics", *arguments],
        env=env | {"TWOLAMPS_KAFKA": servers, "TWOLAMPS_PREFIX": prefix},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
