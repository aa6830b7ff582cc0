"""What is a person told whose demo finds no platform? What is wrong with the address, and the next step."""

import socket

import pytest
from typer.testing import CliRunner

from standalone.cli import app


@pytest.mark.parametrize("url", ["127.0.0.1:8400", "localhost:8400", "8400", "ftp://127.0.0.1:8400", "http://"])
def test_an_address_that_is_not_whole_is_shown_a_whole_one(url: str) -> None:
    told = CliRunner().invoke(app, ["demo", "--url", url])
    assert told.exit_code == 1
    assert "http://127.0.0.1:8400" in told.output


def test_where_nothing_listens_the_next_step_is_named() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: whoever connects is refused
        port = taken.getsockname()[1]
        told = CliRunner().invoke(app, ["demo", "--url", f"http://127.0.0.1:{port - 1}"])
    assert told.exit_code == 1
    assert "make run" in " ".join(told.output.split())
