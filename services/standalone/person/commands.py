"""Which commands are for the two people themselves? All of this folder, in a group of their own in the help."""

import typer

from standalone.person.answer import answer
from standalone.person.invite import invite
from standalone.person.login import login
from standalone.person.logout import logout
from standalone.person.pair import pair
from standalone.person.remind import remind
from standalone.person.today import today
from standalone.person.watch import watch

PANEL = "For you two"


def add_for_people(app: typer.Typer) -> None:
    """Let them be said after `twolamps`."""
    for command in (login, logout, pair, today, answer, watch):
        app.command(rich_help_panel=PANEL)(command)
    app.add_typer(invite, name="invite", rich_help_panel=PANEL)
    app.add_typer(remind, name="remind", rich_help_panel=PANEL)
