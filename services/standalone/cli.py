"""What can be said to Twolamps on the command line? Each command is a function, or a group, of its name in the module told
here, which is loaded when the command is said: no role loads another's code, and what two people type answers at once."""

import gc
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

FOR_PEOPLE = {
    "login": "standalone.person.login",
    "logout": "standalone.person.logout",
    "pair": "standalone.person.pair",
    "today": "standalone.person.today",
    "answer": "standalone.person.answer",
    "watch": "standalone.person.watch",
    "invite": "standalone.person.invite",
    "remind": "standalone.person.remind",
}
FOR_OPERATORS = {
    "up": "standalone.start",
    "demo": "standalone.demo.command",
    "run": "standalone.run",
    "migrate": "standalone.start",
    "topics": "standalone.topics",
    "check": "standalone.check.command",
    "status": "standalone.operate",
    "dlq": "standalone.dlq",
    "replay": "standalone.operate",
    "republish": "standalone.operate",
}
PANEL = "For you two"
EPILOG = "Let your shell complete what you type: twolamps --install-completion. What each command takes: twolamps COMMAND --help"


class Commands(Mapping[str, TyperCommand | TyperGroup]):
    """The commands by name; each is loaded when it is asked for."""

    modules = FOR_PEOPLE | FOR_OPERATORS

    def __getitem__(self, name: str) -> TyperCommand | TyperGroup:
        said = getattr(_load(self.modules[name]), name)
        command = get_group(said) if isinstance(said, typer.Typer) else _alone(said)
        command.name = name
        command.rich_help_panel = PANEL if name in FOR_PEOPLE else None
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(self.modules)

    def __len__(self) -> int:
        return len(self.modules)


class Group(TyperGroup):
    """`twolamps` itself."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self.commands = Commands()  # type: ignore[assignment]  # nothing is added to it

    def list_commands(self, ctx: Any) -> list[str]:
        """Their names, in the order above; loads none."""
        return list(self.commands)


def _load(module: str) -> Any:
    """Code that was just loaded stays; to look through it for garbage again and again is a fifth of a start."""
    gc.disable()
    try:
        return import_module(module)
    finally:
        gc.enable()


def _alone(function: Any) -> Any:
    """A function as a command that is no part of a group."""
    alone = typer.Typer(add_completion=False)
    alone.command()(function)
    return get_command(alone)


app = typer.Typer(cls=Group, no_args_is_help=True, add_completion=True, pretty_exceptions_enable=False, epilog=EPILOG)


@app.callback()
def twolamps() -> None:
    """Twolamps: two people who love each other, and the platform that keeps what is theirs."""
