"""What can an operator set? Every TWOLAMPS_* variable, typed, in one table; an unknown one is an error.

Promises: a secret can come from a file (NAME_FILE); a value that does not fit stops the start with its name.
"""

import os
import re
from ipaddress import ip_network
from pathlib import Path
from typing import Literal

from limits import parse
from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVER = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:/@\[\]]+):[0-9]{1,5}")


class UnknownSetting(Exception):
    """There is no such setting."""


class Settings(BaseSettings):
    """The settings of a process."""

    model_config = SettingsConfigDict(env_prefix="TWOLAMPS_", frozen=True, extra="forbid")

    env: Literal["production", "demo", "test"] = Field(
        "production", description="where this runs; demo and test may move the clock"
    )
    data: Path = Field(Path(".twolamps"), description="folder of everything a standalone keeps")
    host: str = Field("127.0.0.1", description="address that HTTP and gRPC listen on")
    http_port: int = Field(
        8400, ge=0, le=65535, description="port of HTTP/JSON, SSE and the docs page; 0 takes a free one"
    )
    grpc_port: int = Field(8401, ge=0, le=65535, description="port of gRPC; 0 takes a free one")
    admin_host: str = Field("127.0.0.1", description="address that the admin port listens on")
    admin_port: int = Field(8402, ge=0, le=65535, description="port of healthz, readyz, metrics and status")
    postgres: str = Field("", description="a superuser's URL of a PostgreSQL server; empty starts the embedded one")
    kafka: str = Field(
        "",
        description="bootstrap servers of Kafka, host:port, more with commas; empty hands events over in the process",
    )
    redis: str = Field("", description="URL of Redis; empty keeps hints and limits in the process")
    prefix: str = Field(
        "twolamps",
        pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$",
        description="first word of topics, groups and keys, for several platforms on one Kafka or Redis",
    )
    database: str = Field("", description="a role's own URL of its database, for `twolamps run`")
    key_database: str = Field("", description="a role's own URL of the database of wrapped keys, for `twolamps run`")
    keys: Path | None = Field(None, description="folder of keys; by default `keys` in the data folder")
    peers: dict[str, str] = Field(
        {}, description="where the gRPC of each service answers, by name; empty for all in one process"
    )
    clock_file: Path | None = Field(None, description="file with seconds that time is ahead; demo and test only")
    otlp: str = Field(
        "",
        description="URL of an OTLP/HTTP collector that is told traces, such as http://collector:4318; empty tells none",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is logged")
    cors_origins: list[str] = Field([], description="origins of browser apps that may call the API")
    web_origins: list[str] = Field(
        [],
        description="origins that the web app is opened under, such as https://lamps.example; empty allows this machine alone",
    )
    trusted_proxies: list[str] = Field(
        [], description="addresses or networks of reverse proxies whose X-Forwarded-For is believed"
    )
    flood_limit: str = Field("3000/minute", description="requests an address may make at the gateway")
    reflection: bool = Field(False, description="answer gRPC reflection")

    @property
    def keys_folder(self) -> Path:
        """Where keys are."""
        return self.keys or self.data / "keys"

    @field_validator("flood_limit")
    @classmethod
    def _readable(cls, limit: str) -> str:
        parse(limit)
        return limit

    @field_validator("redis")
    @classmethod
    def _url_of_redis(cls, url: str) -> str:
        from twolamps_chassis.redis_client import open_redis

        try:
            if url:
                open_redis(url)
        except ValueError:
            raise ValueError("must be a URL such as redis://127.0.0.1:6379") from None
        return url

    @field_validator("kafka")
    @classmethod
    def _list_of_servers(cls, servers: str) -> str:
        if servers and not all(SERVER.fullmatch(server.strip()) for server in servers.split(",")):
            raise ValueError("must be host:port, such as kafka:9092, more with commas")
        return servers

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses(cls, proxies: list[str]) -> list[str]:
        if "*" in proxies:
            raise ValueError("* would let anybody pass for any address, and so escape every limit: name the proxies")
        try:
            for proxy in proxies:
                ip_network(proxy)
        except ValueError as error:
            raise ValueError(f"must be addresses or networks, such as 127.0.0.1 or 10.0.0.0/8: {error}") from None
        return proxies


def load_settings() -> Settings:
    """Settings from the environment; raises UnknownSetting or pydantic.ValidationError, naming the variable."""
    known = {f"TWOLAMPS_{name}".upper() for name in Settings.model_fields}
    given: dict[str, str] = {}
    for variable, value in os.environ.items():
        if not variable.startswith("TWOLAMPS_") or variable.startswith("TWOLAMPS_TEST_"):
            continue
        if variable.removesuffix("_FILE") in known and variable not in known:
            given[variable.removesuffix("_FILE").removeprefix("TWOLAMPS_").lower()] = Path(value).read_text().strip()
        elif variable not in known:
            raise UnknownSetting(variable)
    return Settings(**given)  # type: ignore[arg-type]  # pydantic parses the texts
