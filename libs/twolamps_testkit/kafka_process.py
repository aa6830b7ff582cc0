"""How does a test stop, wipe, kill or freeze a broker? On a Kafka of its own, of one or three real nodes.

Who runs the tests says how nodes are started, in TWOLAMPS_TEST_KAFKA_COMMAND: the path of a program with
    start --nodes N --port PORT --data FOLDER   starts what does not run of a cluster whose data lie in FOLDER, made at the
                                                first time; node n answers at 127.0.0.1:PORT + 2(n - 1), its controller one
                                                above; returns when all answer. The environment's KAFKA_EXTRA names a file
                                                of further properties of every broker
    stop --data FOLDER [--purge]                stops all nodes in an orderly way; with --purge the data go too
    signal NODE SIGNAL --data FOLDER            sends KILL, STOP or CONT to one node
Without it, kafka-in-docker does this where a Docker engine has the image; else the tests are skipped, or fail where real
servers are required.

Promises: a cluster keeps its ports over restarts and wipes; topics are never made by a client; a node that is gone is
missed after four seconds. A single node has a second door, `proxied`, whose advertised port is `proxy_port`: a client
that comes by a proxy on that port stays on it.
"""

import os
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from twolamps_testkit.ports import free_ports
from twolamps_testkit.servers import Kafka

COMMAND = "TWOLAMPS_TEST_KAFKA_COMMAND"
IN_DOCKER, IMAGE = Path(__file__).with_name("kafka-in-docker"), os.environ.get("KAFKA_IMAGE", "apache/kafka:4.3.1")
HOW_TO_GET_IT = (
    f"needs Kafka nodes to stop and kill: docker pull {IMAGE}, or {COMMAND} (twolamps_testkit/kafka_process.py)"
)
EXTRA = """
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
"""
JAVA = "-XX:TieredStopAtLevel=1"  # a node that lives for minutes: half the work of starting it
PROXIED = """
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller},PROXIED://127.0.0.1:{proxied}
advertised.listeners=PLAINTEXT://127.0.0.1:{port},PROXIED://127.0.0.1:{proxy}
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT
"""


@dataclass
class KafkaProcess:
    """A cluster whose data lie in `folder`. The calls block: a test of asyncio makes them in a thread."""

    command: str
    folder: Path
    nodes: int
    port: int

    @classmethod
    def open(cls, folder: Path, nodes: int = 1) -> "KafkaProcess | None":
        """A cluster that is not started yet, on free ports; None where nothing says how."""
        command = os.environ.get(COMMAND) or _in_docker()
        return cls(command, folder, nodes, free_ports(2 * nodes + 2)) if command else None

    @property
    def kafka(self) -> Kafka:
        """Where its nodes answer."""
        return Kafka(",".join(f"127.0.0.1:{self.port + 2 * n}" for n in range(self.nodes)))

    @property
    def proxied(self) -> int:
        """The port of a single node's second door."""
        return self.port + 2

    @property
    def proxy_port(self) -> int:
        """Where a proxy to that door has to listen."""
        return self.port + 3

    def start(self) -> None:
        """Start what does not run, on its old data; returns when every node answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        extra, ports = self.folder / "extra.properties", {"port": self.port, "controller": self.port + 1}
        second_door = PROXIED.format(**ports, proxied=self.proxied, proxy=self.proxy_port)
        extra.write_text(EXTRA + (second_door if self.nodes == 1 else ""))
        self._run("start", "--nodes", str(self.nodes), "--port", str(self.port), KAFKA_EXTRA=str(extra))

    def stop(self) -> None:
        """Stop every node in an orderly way; the data stay."""
        self._run("stop")

    def signal(self, node: int, name: str) -> None:
        """Send KILL, STOP or CONT to a node; nodes are counted from 1."""
        self._run("signal", str(node), name)

    def wipe(self) -> None:
        """Kill every node and remove all it kept: what is started next is another cluster, at the same place."""
        for node in range(1, self.nodes + 1):
            with suppress(RuntimeError):  # it was killed before
                self.signal(node, "KILL")
        self._run("stop", "--purge")

    def close(self) -> None:
        """Leave nothing behind."""
        self.wipe()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, *words: str, **environment: str) -> None:
        done = subprocess.run(
            [self.command, *words, "--data", str(self.folder / "cluster")],
            env=os.environ | {"JAVA_TOOL_OPTIONS": JAVA} | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{words}: {done.stderr.decode(errors='replace')[-2000:]}")


def _in_docker() -> str | None:
    with suppress(OSError):
        found = subprocess.run(["docker", "image", "inspect", IMAGE], capture_output=True, check=False)
        return None if found.returncode else str(IN_DOCKER)
    return None
