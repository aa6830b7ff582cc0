"""What does a command load? Its own module and what that needs: no other command, and no service that it does not run."""

import subprocess
import sys

import pytest
import typer
from typer.core import TyperCommand, TyperGroup
from typer.testing import CliRunner

from standalone.cli import FOR_OPERATORS, FOR_PEOPLE, app

SERVICES = {"pairing", "prompts", "scheduling", "notifications", "gateway"}
SAY = "import sys; from standalone.cli import app; app({words!r}, standalone_mode=False); print(*sys.modules)"


def loaded_by(*words: str) -> set[str]:
    """The services whose code a command has loaded."""
    code = SAY.format(words=list(words))
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(shown.stdout.splitlines()[-1].split())
    return {name for name in SERVICES if f"{name}.main" in loaded}


@pytest.mark.parametrize("words", [(name, "--help") for name in FOR_PEOPLE])
def test_what_two_people_type_loads_no_service(words: tuple[str, ...]) -> None:
    assert loaded_by(*words) == set()


def test_a_role_is_not_loaded_before_it_is_named() -> None:
    assert loaded_by("run", "--help") == {"gateway"}  # the edge is part of what runs a role


def test_every_command_is_a_function_or_a_group_of_its_name() -> None:
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup)
    assert list(group.commands) == [*FOR_PEOPLE, *FOR_OPERATORS]
    for name, command in group.commands.items():
        assert command.name == name
        assert command.help
        assert isinstance(command, TyperCommand | TyperGroup)
        assert command.rich_help_panel == ("For you two" if name in FOR_PEOPLE else None)


def test_a_word_that_is_nearly_a_command_is_answered_with_it() -> None:
    told = CliRunner().invoke(app, ["tody"])
    assert told.exit_code == 2
    assert "Did you mean 'today'?" in told.stderr
