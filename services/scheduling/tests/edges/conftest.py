"""How do tests of reminders act? Through the public door, then they let everything ring that is due."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.scheduling.v1.scheduling_pb2_grpc import SchedulingServiceStub
from twolamps_events.base import Event
from twolamps_events.scheduling import ReminderRang
from twolamps_testkit.stage import Caller, Person, Stage, eventually

DUE = """
SELECT (SELECT count(*) FROM rings WHERE state = 'pending' AND due_at <= $1)
     + (SELECT count(*) FROM extensions WHERE state = 'pending' AND due_at <= $1)
"""


class Bells:
    """People's reminders on a stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def hand(self, person: Person, replica: int = 0) -> Caller:
        """Calls as a person."""
        return self.stage.caller(SchedulingServiceStub, person, self.stage.nodes[replica])

    async def make(self, by: Person, audience: str = "me", first: timedelta | str = "", **fields: Any) -> pb.Reminder:
        """A reminder whose first time is a local one, or so far ahead of now (UTC, whole seconds)."""
        if not isinstance(first, str):
            first = (await self.stage.now() + first).strftime("%Y-%m-%dT%H:%M:%S")
        given: dict[str, Any] = {"title": "Water the plants", "zone": "UTC", "first": first} | fields
        request = pb.CreateReminderRequest(audience=pb.Audience.Value(f"AUDIENCE_{audience.upper()}"), **given)
        made: pb.Reminder = (await self.hand(by).CreateReminder(request)).reminder
        return made

    async def act(
        self, person: Person, verb: str, reminder: pb.Reminder, replica: int = 0, **fields: Any
    ) -> pb.Reminder:
        """Accept, Decline, Complete, Snooze, Skip, Cancel or Get a reminder."""
        request = getattr(pb, f"{verb}ReminderRequest")(reminder_id=reminder.id, **fields)
        reply: pb.Reminder = (await getattr(self.hand(person, replica), f"{verb}Reminder")(request)).reminder
        return reply

    async def list_of(self, person: Person, **fields: Any) -> pb.ListRemindersResponse:
        """A page of a person's reminders."""
        page: pb.ListRemindersResponse = await self.hand(person).ListReminders(pb.ListRemindersRequest(**fields))
        return page

    async def settle(self) -> None:
        """Wait until all that is due by now has been handled."""

        async def left() -> bool:
            await self.stage.node.due_loops["scheduling"].turn()
            async with self.stage.tables("scheduling").begin(readonly=True) as tx:
                return bool(await tx.fetchval(DUE, tx.now) == 0)

        await eventually(left)

    async def move_to(self, moment: datetime) -> None:
        """Move the clock to a moment, and let ring what is due."""
        self.stage.move_clock((moment - await self.stage.now()).total_seconds())
        await self.settle()

    async def move(self, ahead: timedelta) -> None:
        """Move the clock ahead, and let ring what is due."""
        self.stage.move_clock(ahead.total_seconds())
        await self.settle()

    async def recorded(self, kind: type[Event]) -> list[Any]:
        """Every event of a kind, in order."""
        return [event for event in await self.stage.recorded("scheduling") if type(event) is kind]

    async def rang(self) -> list[ReminderRang]:
        """Every ring that was told, in order."""
        return await self.recorded(ReminderRang)


@pytest.fixture
def bells(evening: Stage) -> Bells:
    """Reminders on a stage where scheduling runs."""
    return Bells(evening)
