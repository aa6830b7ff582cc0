"""Does a shared daily reminder ring for both, on time and never early? First due ten seconds ahead, then tomorrow."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from standalone.demo.evening import ADA_ZONE, Evening
from standalone.demo.facts import PATIENCE_S
from standalone.demo.people import Person
from twolamps.scheduling.v1 import scheduling_pb2 as pb

AHEAD = timedelta(seconds=10)
LOCAL = "%Y-%m-%dT%H:%M:%S"


async def offer_reminder(evening: Evening) -> None:
    """They set a shared daily reminder, first due in ten seconds; Ben accepts in time."""
    ada, ben, facts = evening.ada, evening.ben, evening.facts
    first_at = (evening.now() + AHEAD + timedelta(microseconds=999_999)).replace(microsecond=0)
    first = first_at.astimezone(ZoneInfo(ADA_ZONE)).strftime(LOCAL)
    made = await ada.client.scheduling.create_reminder(
        title="Say good night", audience=pb.AUDIENCE_BOTH, first=first, zone=ADA_ZONE, rrule="FREQ=DAILY"
    )
    evening.reminder = made.reminder
    facts.holds("for Ada it will ring at that time", _ring(made.reminder, first, first_at) is not None, made)
    await evening.told("a reminder waits for a yes", "reminder_offered", made.reminder.id, ben)
    accepted = await ben.client.scheduling.accept_reminder(made.reminder.id)
    facts.holds("Ben says yes before it is due", evening.now() < first_at)
    facts.holds("now it will ring for Ben too", _ring(accepted.reminder, first, first_at) is not None, accepted)
    await evening.told("the reminder was accepted", "reminder_accepted", made.reminder.id, ada)


async def ring(evening: Evening) -> None:
    """It rings for both, never early; the next is tomorrow at the same local time."""
    facts, reminder = evening.facts, evening.reminder
    first_at = datetime.strptime(reminder.first, LOCAL).replace(tzinfo=ZoneInfo(reminder.zone))
    within_s = (first_at - evening.now()).total_seconds() + PATIENCE_S
    sentence = "it is time for a reminder"
    rang = await evening.told(sentence, "reminder_rang", reminder.id, *evening.both, within_s=within_s)
    late = [(line.at + evening.ahead - first_at).total_seconds() for line in rang]
    evening.rang_at = max(line.at for line in rang)
    told = " and ".join(f"{seconds * 1000:.0f} ms" for seconds in late)
    facts.holds(f"never early: it came {told} after its time", min(late) >= 0, late)
    facts.holds("it names the occurrence", {line.occurrence for line in rang} == {reminder.first}, rang)
    tomorrow_at = first_at + timedelta(days=1)
    for person in evening.both:
        seen = await _reminder(person, reminder.id)
        now_rings = any(r.occurrence == reminder.first and r.state == pb.RING_STATE_RINGING for r in seen.rings)
        facts.holds(f"{person} sees it ringing", now_rings, seen)
        following = _ring(seen, tomorrow_at.strftime(LOCAL), tomorrow_at)
        facts.holds(f"{person} sees the next for tomorrow, same local time", following is not None, seen)


async def _reminder(person: Person, reminder_id: str) -> pb.Reminder:
    return (await person.client.scheduling.get_reminder(reminder_id)).reminder


def _ring(reminder: pb.Reminder, occurrence: str, due_at: datetime) -> pb.Ring | None:
    """The pending ring of an occurrence, due at that time."""
    for each in reminder.rings:
        named = (each.occurrence, each.state) == (occurrence, pb.RING_STATE_PENDING)
        if named and each.due_at.ToDatetime(UTC) == due_at:
            return each
    return None
