"""How does the command line reach a running platform? Over the admin ports: of this machine, or of every peer.

Promises: a peer has one process or many, and each address that its name has is asked; who does not answer is named.
"""

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from twolamps_chassis.settings import Settings

LOCAL = "127.0.0.1"
TIMEOUT_S = 10


class AdminUnreachable(Exception):
    """Nothing answers on the admin port, or what answers cannot help; the text says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one process said: its JSON, or why it did not."""

    host: str
    address: str
    body: Any
    silent: str = ""


def hosts(settings: Settings) -> Sequence[str]:
    """The hosts of a platform's roles, the gateway's too; this machine's own where all roles are in one process."""
    if not settings.peers:
        return [LOCAL]
    return sorted({host_of(address) for address in settings.peers.values()} | {"gateway"})


def host_of(address: str) -> str:
    """The host of a gRPC address such as dns:///pairing:8401."""
    return address.rpartition("/")[2].rpartition(":")[0].strip("[]")


def ask_all(settings: Settings, path: str) -> list[Answer]:
    """What every process says; raises AdminUnreachable where none does."""
    answers = [_ask(settings, host, address, path) for host in hosts(settings) for address in _addresses(host)]
    if all(answer.silent for answer in answers):
        raise AdminUnreachable(answers[0].silent)
    return answers


def ask_hosts(settings: Settings, path: str, **query: str) -> list[Answer]:
    """What the first process of each host says that does: for what all its replicas know alike."""
    return [_first(settings, host, "GET", path, **query) for host in hosts(settings)]


def ask_service(settings: Settings, service: str, method: str, path: str, **query: str) -> Any:
    """What a service says; raises AdminUnreachable with what to do."""
    if settings.peers and service not in settings.peers:
        raise AdminUnreachable(
            f"There is no service {service}; TWOLAMPS_PEERS names {', '.join(sorted(settings.peers))}."
        )
    host = host_of(settings.peers[service]) if settings.peers else LOCAL
    answer = _first(settings, host, method, path, service=service, **query)
    if answer.silent:
        raise AdminUnreachable(answer.silent)
    return answer.body


def _first(settings: Settings, host: str, method: str, path: str, **query: str) -> Answer:
    answer = Answer(host, host, None, f"{host} is not known here")
    for address in _addresses(host):
        answer = _ask(settings, host, address, path, method, query)
        if not answer.silent:
            break
    return answer


def _addresses(host: str) -> list[str]:
    """Every address of a host; one that cannot be connected to where its name is unknown."""
    try:
        return sorted({str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)})
    except OSError:
        return [host]


def _ask(
    settings: Settings, host: str, address: str, path: str, method: str = "GET", query: Mapping[str, str] | None = None
) -> Answer:
    place = f"{f'[{address}]' if ':' in address else address}:{settings.admin_port}"
    try:
        with httpx.Client(base_url=f"http://{place}", timeout=TIMEOUT_S, trust_env=False) as client:
            reply = client.request(method, path, params=query, headers={"X-Twolamps": "1"})
            body = reply.json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError):
        how = "Is it running, and is TWOLAMPS_ADMIN_PORT its port?" if settings.peers else (
            "Is the platform up? Start it with: twolamps up (or set TWOLAMPS_ADMIN_PORT)"
        )  # fmt: skip
        return Answer(host, address, None, f"Nothing answers on {place}. {how}")
    if reply.status_code == 503:
        return Answer(host, address, None, f"{host}: {body['detail']}" if settings.peers else body["detail"])
    return Answer(host, address, body)
