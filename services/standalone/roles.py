"""Which roles are there? The only place that knows every service."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import notifications.main
import pairing.main
import prompts.main
import scheduling.main
from twolamps_chassis.node import Compose

ROLES: Mapping[str, Compose] = {
    "pairing": pairing.main.compose,
    "prompts": prompts.main.compose,
    "scheduling": scheduling.main.compose,
    "notifications": notifications.main.compose,
}


def migrations(role: str) -> Path:
    """The folder of a role's migrations."""
    return Path(str(files(role))) / "migrations"
