"""How does a test get a real server from Docker? A container of each kind, started when the first test asks for it.

Promises: the images are the ones that the platform runs on; ports are taken on this machine alone as Docker maps them;
every container is gone when the run is over. An engine or an image that is not there is `NoContainers`, in one line.
"""

from collections.abc import Callable
from contextlib import suppress

import docker
from docker.errors import DockerException
from testcontainers.core.config import testcontainers_config as settings
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import LogMessageWaitStrategy

from twolamps_testkit.ports import free_port

POSTGRES, KAFKA, REDIS = "postgres:17", "apache/kafka:4.3.1", "redis:8"
PASSWORD = "only-for-tests"
UP_WITHIN_S = 120
ENGINE_WITHIN_S = 5


class NoContainers(Exception):
    """There is no Docker engine, or it has no such image and cannot pull it."""


class Containers:
    """The containers of a run."""

    def __init__(self) -> None:
        self.running: dict[str, DockerContainer] = {}
        self.addresses: dict[str, str] = {}

    def postgres(self) -> str:
        """A superuser's URL of a PostgreSQL. Raises NoContainers."""
        return self._address(POSTGRES, self._start_postgres)

    def kafka(self) -> str:
        """The bootstrap server of a Kafka of one node that makes no topics by itself. Raises NoContainers."""
        return self._address(KAFKA, self._start_kafka)

    def redis(self) -> str:
        """The URL of a Redis. Raises NoContainers."""
        return self._address(REDIS, self._start_redis)

    def stop(self) -> None:
        """Remove them all."""
        for container in self.running.values():
            container.stop()

    def _address(self, image: str, start: Callable[[], str]) -> str:
        if image not in self.addresses:
            _need(image)
            _need_reaper()
            self.addresses[image] = start()
        return self.addresses[image]

    def _start(self, image: str, container: DockerContainer, ready: str, times: int = 1) -> str:
        self.running[image] = container  # from here on it is removed, whatever happens
        container.waiting_for(LogMessageWaitStrategy(ready, times=times).with_startup_timeout(UP_WITHIN_S)).start()
        return container.get_container_host_ip()

    def _start_postgres(self) -> str:
        fast = "postgres -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=300"
        container = DockerContainer(POSTGRES).with_env("POSTGRES_PASSWORD", PASSWORD).with_command(fast)
        # It starts twice: first for itself alone, to make its cluster.
        host = self._start(POSTGRES, container.with_exposed_ports(5432), "ready to accept connections", 2)
        return f"postgresql://postgres:{PASSWORD}@{host}:{container.get_exposed_port(5432)}/postgres"

    def _start_kafka(self) -> str:
        """A broker tells its clients where it is, so its port has to be known before it starts."""
        container, port = DockerContainer(KAFKA), free_port()
        address = f"{container.get_docker_client().host()}:{port}"
        container.with_bind_ports(9092, port).with_envs(
            KAFKA_NODE_ID="1",
            KAFKA_PROCESS_ROLES="broker,controller",
            KAFKA_CONTROLLER_QUORUM_VOTERS="1@localhost:9093",
            KAFKA_CONTROLLER_LISTENER_NAMES="CONTROLLER",
            KAFKA_LISTENERS="CLIENTS://:9092,CONTROLLER://:9093",
            KAFKA_ADVERTISED_LISTENERS=f"CLIENTS://{address}",
            KAFKA_LISTENER_SECURITY_PROTOCOL_MAP="CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT",
            KAFKA_INTER_BROKER_LISTENER_NAME="CLIENTS",
            KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR="1",
            KAFKA_TRANSACTION_STATE_LOG_MIN_ISR="1",
            KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS="0",
            KAFKA_AUTO_CREATE_TOPICS_ENABLE="false",
            KAFKA_HEAP_OPTS="-Xms256m -Xmx512m",
        )
        self._start(KAFKA, container, "Kafka Server started")
        return address

    def _start_redis(self) -> str:
        container = DockerContainer(REDIS).with_exposed_ports(6379)
        host = self._start(REDIS, container, "Ready to accept connections")
        return f"redis://{host}:{container.get_exposed_port(6379)}"


def engine_answers() -> bool:
    """Whether there is a Docker engine."""
    try:
        engine = docker.from_env(timeout=ENGINE_WITHIN_S)
        try:
            return bool(engine.ping())
        finally:
            engine.close()
    except DockerException:
        return False


def _need(image: str) -> None:
    """See to it that an image is there. Raises NoContainers."""
    if not engine_answers():
        raise NoContainers("no Docker engine answers")
    engine = docker.from_env()
    try:
        with suppress(DockerException):
            engine.images.get(image)
            return
        engine.images.pull(image)
    except DockerException as error:
        raise NoContainers(f"Docker has no image {image} and cannot pull it") from error
    finally:
        engine.close()


def _need_reaper() -> None:
    """The library's reaper removes what a killed run leaves behind; where its image is not to be had we do without."""
    try:
        _need(settings.ryuk_image)
    except NoContainers:
        settings.ryuk_disabled = True
