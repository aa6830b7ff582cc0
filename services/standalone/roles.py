"""Which roles are there? The only place that knows every service."""

from importlib import import_module
from importlib.resources import files
from pathlib import Path

from twolamps_chassis.node import Compose

ROLES = ("pairing", "prompts", "scheduling", "notifications")


def compose_of(role: str) -> Compose:
    """How a role is put together; its code is loaded only now, since most processes run one."""
    compose: Compose = import_module(f"{role}.main").compose
    return compose


def migrations(role: str) -> Path:
    """The folder of a role's migrations."""
    return Path(str(files(role))) / "migrations"
