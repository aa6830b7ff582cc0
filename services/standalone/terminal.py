"""How do commands talk to whoever typed them? In sentences; what went wrong ends the command with exit code 1.

Promises: no traceback and no secret is shown for what an operator can mend.
"""

import logging
from typing import NoReturn

import typer
from pydantic import ValidationError
from pydantic_settings import SettingsError
from rich.console import Console

from twolamps_chassis.settings import Settings, UnknownSetting, load_settings

out, err = Console(), Console(stderr=True)


def stop(message: str) -> NoReturn:
    """Say what went wrong and end the command with exit code 1."""
    err.print(message, style="red", markup=False, soft_wrap=True)
    raise typer.Exit(1)


def quiet_libraries() -> None:
    """What a client library logs about a server that is away is told in a sentence by the command."""
    for name in ("aiokafka", "grpc", "asyncio"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)


def read_settings() -> Settings:
    """The settings; where one does not fit, the command ends with its name."""
    try:
        return load_settings()
    except UnknownSetting as error:
        stop(f"There is no setting {error}. docs/settings.md lists them.")
    except ValidationError as error:
        names = ", ".join(f"TWOLAMPS_{'.'.join(map(str, e['loc']))}".upper() + f": {e['msg']}" for e in error.errors())
        stop(names)
    except SettingsError as error:
        stop(
            f"{error}. A list is written as JSON, such as "
            '["https://app.example.org"], a map as {"pairing": "dns:///pairing:8401"}.'
        )
    except OSError as error:
        stop(f"A setting's file cannot be read: {error}")
