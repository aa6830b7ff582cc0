"""nchan: nginx with a module that holds event streams and replays them. It is taken where the system has it
(Debian: apt install nginx libnginx-mod-nchan), with one worker, and spoken to as any other server of streams."""

import asyncio
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from twolamps_testkit.ports import free_port

MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")
NGINX = """
load_module {module};
daemon off; worker_processes 1; worker_rlimit_nofile 65536; pid {folder}/pid; error_log {folder}/log crit;
events {{ worker_connections 40000; }}
http {{
    access_log off; keepalive_requests 1000000;
    client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s; nchan_message_buffer_length 200;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        location = /v1/inbox/stream {{
            nchan_subscriber eventsource; nchan_channel_id {channel}; nchan_subscriber_first_message oldest;
        }}
        location = /tell {{ nchan_publisher; nchan_channel_id all; }}
        location = /tell-one {{ nchan_publisher; nchan_channel_id "Bearer $arg_to"; }}
    }}
}}
"""


ITEM = b'{"change":{"op":"OP_ADDED","item":{"id":"item-%08d"}}}' + b" " * 150


@dataclass(frozen=True)
class Nchan:
    """A running one."""

    port: int
    worker: psutil.Process

    def cpu_s(self) -> float:
        """Seconds of CPU that its worker has taken."""
        times = self.worker.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        """Bytes that its worker holds."""
        return int(self.worker.memory_info().rss)

    async def tell(self, body: bytes, count: int, pause_s: float) -> None:
        """Publish so many messages to every stream."""
        async with httpx.AsyncClient(trust_env=False) as http:
            for _ in range(count):
                await http.post(f"http://127.0.0.1:{self.port}/tell", content=body)
                await asyncio.sleep(pause_s)

    async def tell_each(self, people: int, per_s: float, seconds: float) -> None:
        """A message to one after another, at a pace of its own; over one connection, as a client would cost more."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        answered = asyncio.create_task(reader.read())  # until it closes, having taken the last
        began, count = time.monotonic(), int(per_s * seconds)
        for n in range(count):
            body, stays = ITEM % n, b"keep-alive" if n < count - 1 else b"close"
            head = b"POST /tell-one?to=p%d HTTP/1.1\r\nhost: t\r\nconnection: %b\r\n" % (n % people, stays)
            writer.write(head + b"content-length: %d\r\n\r\n" % len(body) + body)
            await asyncio.sleep(max(0, began + n / per_s - time.monotonic()))
        await answered
        writer.close()


@asynccontextmanager
async def nchan(shared: bool = False) -> AsyncIterator[Nchan]:
    """nginx with nchan, a channel for each, or `shared` by all; raises OSError where the system has none."""
    nginx = shutil.which("nginx")
    if nginx is None or not MODULE.exists():  # noqa: ASYNC240
        raise OSError("nginx with nchan is not installed")
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        config = _configure(Path(folder), port, "all" if shared else "$http_authorization")
        process = await asyncio.create_subprocess_exec(nginx, "-c", config, stderr=subprocess.DEVNULL)
        try:
            while not (workers := psutil.Process(process.pid).children()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            yield Nchan(port, workers[0])
        finally:
            process.terminate()
            await process.wait()


def _configure(folder: Path, port: int, channel: str) -> Path:
    folder.chmod(0o755)  # the worker is another user
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(module=MODULE, folder=folder, port=port, channel=channel))
    return config
