"""How do two find time for each other? Windows, mutual slots, an invite, another time, a yes; each stream lost meanwhile."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from standalone.demo.evening import Evening
from standalone.demo.people import Person
from standalone.demo.streams import away
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps.types.v1.types_pb2 import PARTY_ME, PARTY_PARTNER

TWO_HOURS = timedelta(hours=2)
WINDOWS = {"Ada": ("16:00", "22:00"), "Ben": ("08:00", "13:00")}
WALK_KEY = "the-evening-walk"


async def find_slots(evening: Evening) -> None:
    """Each states when they like to be together; both get the times that suit both."""
    for person in evening.both:
        start, end = WINDOWS[person.name]
        windows = [pb.Window(weekday=day, start=start, end=end) for day in range(1, 8)]
        await person.client.scheduling.set_windows(zone=person.zone, windows=windows)
    tomorrow = evening.now().replace(microsecond=0) + timedelta(days=1)
    found = [
        await person.client.scheduling.list_slots(duration=TWO_HOURS, starts_after=tomorrow, limit=8)
        for person in evening.both
    ]
    evening.slots = list(found[0].slots)
    facts = evening.facts
    facts.holds("both get the same slots", found[0] == found[1] and found[0].shared and len(evening.slots) >= 5, found)
    outside = [slot for slot in evening.slots for person in evening.both if not _suits(slot, person)]
    facts.holds("each slot lies in the windows of both", not outside, outside)
    for person in evening.both:
        stated = await person.client.scheduling.get_windows()
        starts = {window.start for window in stated.windows}
        facts.holds(f"{person} sees {person}'s own windows alone", starts == {WINDOWS[person.name][0]}, stated)


async def agree(evening: Evening) -> None:
    """Ada invites, Ben counters, Ada accepts; Ben's stream is lost and resumes."""
    ada, ben, facts = evening.ada, evening.ben, evening.facts
    first, second, third = sorted(evening.slots, key=lambda slot: slot.starts_at.ToDatetime())[::2][:3]
    async with away(evening, ben):
        created = await ada.client.scheduling.create_invite(
            title="A walk by the river", starts_at=_at(first), duration=TWO_HOURS, idempotency_key=WALK_KEY
        )
        invite = created.invite
        facts.holds("Ada proposes a walk for a mutual slot", invite.state == pb.INVITE_STATE_OPEN, invite)
        await evening.told("an invite needs an answer", "invite_created", invite.id, ben)
        theirs = (await ben.client.scheduling.get_invite(invite.id)).invite
        facts.holds("it is Ben's turn", (theirs.turn, theirs.title) == (PARTY_ME, invite.title), theirs)
        countered = await ben.client.scheduling.counter_invite(
            invite.id, sequence=theirs.sequence, starts_at=_at(second), duration=TWO_HOURS
        )
        facts.holds("Ben offers another slot, so it is Ada's turn", countered.invite.turn == PARTY_PARTNER, countered)
        await evening.told("another time was offered", "invite_countered", invite.id, ada)
        accepted = await ada.client.scheduling.accept_invite(invite.id, sequence=countered.invite.sequence)
        evening.invite = accepted.invite
        await evening.told("the invite was accepted", "invite_accepted", invite.id, ben)
        breakfast = await ada.client.scheduling.create_invite(
            title="Breakfast on the balcony", starts_at=_at(third), duration=TWO_HOURS
        )
        await evening.told("an invite needs an answer", "invite_created", breakfast.invite.id, ben)
    seen = [(await person.client.scheduling.get_invite(evening.invite.id)).invite for person in evening.both]
    agreed = all(each.state == pb.INVITE_STATE_ACCEPTED and each.starts_at == second.starts_at for each in seen)
    facts.holds("both see it accepted, for the time Ben offered", agreed and len(seen[0].history) == 2, seen)
    await ben.client.scheduling.decline_invite(breakfast.invite.id, sequence=breakfast.invite.sequence)
    await evening.told("the invite was declined", "invite_declined", breakfast.invite.id, ada)


async def more_ideas(evening: Evening) -> None:
    """Ben has more ideas; Ada's stream is lost and resumes."""
    ada, ben = evening.both
    days_on = evening.now().replace(microsecond=0) + timedelta(days=4)
    async with away(evening, ada):
        for title in ("Dancing in the kitchen", "The long way home", "An hour without screens"):
            proposed = await ben.client.scheduling.create_invite(title=title, starts_at=days_on, duration=TWO_HOURS)
            await evening.told("an invite needs an answer", "invite_created", proposed.invite.id, ada)
            days_on += timedelta(days=1)
    evening.open_invite = proposed.invite


def _at(slot: pb.Slot) -> datetime:
    return slot.starts_at.ToDatetime(UTC)


def _suits(slot: pb.Slot, person: Person) -> bool:
    """Whether a slot lies in the window of its day, on the person's own wall clock."""
    ends: Sequence[datetime] = (_at(slot), slot.ends_at.ToDatetime(UTC))
    starts_at, ends_at = (at.astimezone(ZoneInfo(person.zone)) for at in ends)
    opens, closes = WINDOWS[person.name]
    return starts_at.date() == ends_at.date() and opens <= f"{starts_at:%H:%M}" and f"{ends_at:%H:%M}" <= closes
