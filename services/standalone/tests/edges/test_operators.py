"""What does an operator see when something is wrong? One sentence that names it, an exit code, never a traceback."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

import notifications.main
from pairing.main import compose
from standalone.databases import Databases
from standalone.web import admin_app
from twolamps.notifications.v1.notifications_pb2 import WatchRequest
from twolamps.notifications.v1.notifications_pb2_grpc import NotificationsServiceStub
from twolamps_chassis.auth import make_keys
from twolamps_chassis.keyring import WrongWrappingKey
from twolamps_chassis.migrate import KEYS
from twolamps_chassis.postgres_folder import read_home
from twolamps_chassis.postgres_server import erase_cluster
from twolamps_testkit.stage import Stage

COMMAND = Path(sys.executable).with_name("twolamps")


def environment(folder: Path, **settings: str) -> dict[str, str]:
    ports = dict.fromkeys(("TWOLAMPS_HTTP_PORT", "TWOLAMPS_GRPC_PORT", "TWOLAMPS_ADMIN_PORT"), "0")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TWOLAMPS_")}
    return inherited | ports | {"TWOLAMPS_DATA": str(folder)} | settings


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("TWOLAMPS_FLOOD_LIMIT", "lots", "TWOLAMPS_FLOOD_LIMIT"),
        ("TWOLAMPS_REDIS", "nonsense", "TWOLAMPS_REDIS: Value error, must be a URL such as redis://"),
        ("TWOLAMPS_REDIS", "redis://:hidden-word@host:port", "TWOLAMPS_REDIS: Value error, must be a URL"),
        ("TWOLAMPS_KAFKA", "nonsense", "TWOLAMPS_KAFKA: Value error, must be host:port"),
        ("TWOLAMPS_KAFKA", "kafka:9092,,", "TWOLAMPS_KAFKA: Value error, must be host:port"),
        ("TWOLAMPS_TRUSTED_PROXIES", '["nonsense"]', "TWOLAMPS_TRUSTED_PROXIES: Value error, must be addresses"),
        ("TWOLAMPS_TRUSTED_PROXIES", '["10.0.0.1/8"]', "host bits set"),
        ("TWOLAMPS_TRUSTED_PROXIES", '["*"]', "TWOLAMPS_TRUSTED_PROXIES: Value error, * would let anybody"),
        ("TWOLAMPS_CORS_ORIGINS", "https://app.example.org", "cors_origins"),
        ("TWOLAMPS_DATA", "/proc/nope", "/proc/nope cannot be the data folder"),
        ("TWOLAMPS_DATA", "/etc/hostname", "name another folder with TWOLAMPS_DATA"),
        ("TWOLAMPS_POSTGRES_FILE", "/nowhere/secret", "/nowhere/secret"),
        ("TWOLAMPS_POSTGRES", "garbage", "invalid DSN"),
        ("TWOLAMPS_POSTGRES", "postgresql://postgres:hidden-word@127.0.0.1:9/postgres", "database cannot be used"),
    ],
)
@pytest.mark.parametrize("verb", ["up", "migrate"])
def test_a_start_that_cannot_be_says_why_in_a_sentence(
    tmp_path: Path, verb: str, setting: str, value: str, named: str
) -> None:
    env = environment(tmp_path / "data", **{setting: value})
    done = subprocess.run([COMMAND, verb], env=env, capture_output=True, text=True, timeout=60, check=False)
    said = " ".join((done.stdout + done.stderr).split())
    assert done.returncode == 1
    assert named in said
    assert "Traceback" not in said
    assert "hidden-word" not in said


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("TWOLAMPS_HTTP_PORT", "HTTP cannot listen"),
        ("TWOLAMPS_GRPC_PORT", "gRPC cannot listen"),
        ("TWOLAMPS_ADMIN_PORT", "admin cannot listen"),
        ("TWOLAMPS_HOST", "999.1.1.1"),
        ("TWOLAMPS_ADMIN_HOST", "999.1.1.1"),
    ],
)
def test_where_nothing_can_be_listened_on_the_setting_that_leads_elsewhere_is_named(
    tmp_path: Path, setting: str, named: str
) -> None:
    data = tmp_path / "data"
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        value = "999.1.1.1" if setting.endswith("HOST") else str(other.getsockname()[1])
        env = environment(data, **{setting: value})
        done = subprocess.run([COMMAND, "up"], env=env, capture_output=True, text=True, timeout=60, check=False)
    erase_cluster(data / "postgres")
    assert done.returncode == 1
    assert named in done.stderr
    assert setting in done.stderr


def test_a_platform_whose_database_ends_by_itself_ends_too_and_says_so(tmp_path: Path) -> None:
    data = tmp_path / "data"
    process = subprocess.Popen(
        [COMMAND, "up"], env=environment(data), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    try:
        while "Ctrl-C" not in process.stdout.readline():
            assert process.poll() is None
        home = read_home(data / "postgres")
        assert home is not None
        os.kill(int((home / "cluster" / "postmaster.pid").read_text().splitlines()[0]), signal.SIGKILL)
        said, _ = process.communicate(timeout=20)
        assert process.returncode == 1
        assert "PostgreSQL ended by itself" in said
    finally:
        process.kill()
        process.wait(10)
        erase_cluster(data / "postgres")


async def test_a_folder_with_another_wrapping_key_changes_nothing_on_the_server(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = await asyncpg.connect(stage.postgres.dsn("postgres"))
    try:
        await admin.execute("CREATE DATABASE operators_keys")
        keys = await asyncpg.connect(stage.postgres.dsn("operators_keys"))
        await keys.execute(KEYS)
        await keys.execute("INSERT INTO data_keys (owner, wrapped) VALUES (gen_random_uuid(), sha512('another'))")
        await keys.close()
        make_keys(tmp_path, [])
        monkeypatch.setattr("standalone.databases.KEYS", "operators_keys")
        monkeypatch.setattr("standalone.databases.DATABASE", "operators")
        databases = Databases(stage.postgres.dsn, stage.postgres.dsn, tmp_path / "private" / "wrapping.key")
        with pytest.raises(WrongWrappingKey):
            await databases.bring_up_to_date()
        assert not await admin.fetchval("SELECT true FROM pg_database WHERE datname = 'operators'")
    finally:
        await admin.execute("DROP DATABASE operators_keys WITH (FORCE)")
        await admin.close()


async def test_a_stream_over_grpc_is_counted_by_status(stage: Stage) -> None:
    node = await stage.start(pairing=compose, notifications=notifications.main.compose)
    token, _ = stage.signer.access_token(stage.ann.id, stage.ann.session)
    metadata = (("authorization", f"Bearer {token}"),)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(admin_app(node)), base_url="http://admin") as admin:
        before = (await admin.get("/status")).json()["open_streams"]
        watch: Any = NotificationsServiceStub(node.channels.to("")).Watch(WatchRequest(), metadata=metadata)
        assert (await watch.read()).WhichOneof("event") == "ready"
        assert (await admin.get("/status")).json()["open_streams"] == before + 1
        watch.cancel()


async def test_the_admin_port_tells_a_database_that_is_away_from_a_platform_that_is_down(stage: Stage) -> None:
    node = await stage.start(pairing=compose)
    app = admin_app(node)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://admin") as admin:
        assert (await admin.get("/status")).status_code == 200
        bad = await admin.post("/parked?service=notifications&source=pairing&key=no-id", headers={"x-twolamps": "1"})
        assert bad.status_code == 404
        unknown = await admin.post("/replay?service=nothing", headers={"x-twolamps": "1"})
        assert "there are pairing." in unknown.json()["detail"]
        for database in node.databases.values():
            database.pool.terminate()
        for path in ("/status", "/parked"):
            reply = await admin.get(path)
            assert reply.status_code == 503
            assert "database does not answer" in json.loads(reply.text)["detail"]
        assert "twolamps_calls_seconds" in (await admin.get("/metrics")).text
