"""How does the command line reach a running platform? Over its admin port, on loopback."""

from typing import Any

import httpx


class AdminUnreachable(Exception):
    """Nothing answers on the admin port, or what answers cannot help; the text says which."""


def ask_admin(port: int, method: str, path: str, **query: str) -> Any:
    """The JSON answer; raises AdminUnreachable with what to do."""
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, trust_env=False) as client:
            reply = client.request(method, path, params=query, headers={"X-Twolamps": "1"})
            answer = reply.json()
    except (httpx.HTTPError, ValueError) as error:
        text = f"Nothing answers on 127.0.0.1:{port}. Is the platform up? Start it with: twolamps up (or set TWOLAMPS_ADMIN_PORT)"
        raise AdminUnreachable(text) from error
    if reply.status_code == 503:
        raise AdminUnreachable(answer["detail"])
    return answer
