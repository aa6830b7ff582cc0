"""Is an inbox followed live, each change once, and is it said when nothing is heard?"""

import json
import signal
from zoneinfo import ZoneInfo

from rich.console import Console

from standalone.person.watch import View
from standalone.tests.person.conftest import Someone, Waiting
from twolamps.notifications.v1 import notifications_pb2 as pb
from twolamps_client import Change


def next_event(command: Waiting) -> dict[str, object]:
    """The next line of JSON."""
    stated: dict[str, object] = json.loads(command.out.readline())
    return stated


def propose(person: Someone, title: str) -> str:
    made = person.says("invite", "new", "--title", title, "--at", "2027-08-01 19:00", "--json")
    return str(json.loads(made.stdout)["id"])


def test_each_change_is_a_line_and_a_later_command_goes_on_behind_it(couple: tuple[Someone, Someone]) -> None:
    ada, ben = couple
    with ben.starts("watch", "--json") as command:
        assert next_event(command)["event"] == "ready"
        invite = propose(ada, "Swimming")
        change = next_event(command)
        assert (change["event"], change["op"]) == ("change", "OP_ADDED")
        item = change["item"]
        assert isinstance(item, dict)
        assert (item["kind"], item["subject"]) == ("invite_created", {"type": "invite", "id": invite})
        command.process.send_signal(signal.SIGINT)
        ended, _, complained = command.ends()
        assert (ended, complained) == (130, "")
    missed = propose(ada, "Diving")
    with ben.starts("watch", "--json", "--cursor", str(change["cursor"])) as command:
        assert next_event(command)["event"] == "ready"
        later = next_event(command)["item"]
        assert isinstance(later, dict)
        assert later["subject"]["id"] == missed


def test_without_a_terminal_it_is_told_in_lines(couple: tuple[Someone, Someone]) -> None:
    ada, ben = couple
    with ben.starts("watch") as command:
        assert command.out.readline() == "Listening.\n"
        propose(ada, "Sailing")
        assert "An invite needs an answer. (Sun 01 Aug 2027" in command.out.readline()


def test_the_view_shows_what_is_there_and_whether_it_is_heard() -> None:
    first, second = (
        pb.Item(id=str(n), kind="light_left", text=f"text {n}", state=pb.ITEM_STATE_UNREAD) for n in (1, 2)
    )
    view = View(ZoneInfo("Asia/Tokyo"))
    view.read(pb.ListInboxResponse(items=[first]))
    view.take(Change("c", pb.OP_ADDED, second))
    assert drawn(view, True).index("text 2") < drawn(view, True).index("text 1")
    view.take(Change("c", pb.OP_REMOVED, pb.Item(id="2")))
    assert "text 2" not in drawn(view, True)
    assert ("Listening" in drawn(view, True), "Listening" in drawn(view, False)) == (True, False)
    assert "Not connected" in drawn(view, False)


def drawn(view: View, connected: bool) -> str:
    """What stands on the screen."""
    console = Console(width=100, force_terminal=True)
    with console.capture() as seen:
        console.print(view.drawn(connected))
    return seen.get()
