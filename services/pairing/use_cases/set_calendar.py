"""SetCalendar: our zone, start of day, first day of the week."""

from dataclasses import dataclass

from pairing.domain.couples import Calendar, SeenCouple
from pairing.domain.people import checked_zone
from pairing.store.couples import load_couple, load_seen_couple, save_calendar
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import CalendarChanged


@dataclass(frozen=True)
class SetCalendar:
    """Change our calendar."""

    calendar: Calendar


async def set_calendar(command: SetCalendar, tx: Transaction) -> SeenCouple:
    """Our couple after it; the same calendar again changes nothing. Raises UnknownZone."""
    new = command.calendar
    checked_zone(new.zone, "calendar.zone")
    couple = await load_couple(tx, tx.us.id)
    if new != Calendar(couple.zone, couple.day_start, couple.week_start):
        version = couple.calendar_version + 1
        await save_calendar(tx, couple.id, new, version)
        changed = CalendarChanged(
            couple_id=couple.id, by=tx.me, zone=new.zone, day_start=f"{new.day_start:%H:%M}",
            week_start=new.week_start, calendar_version=version,
        )  # fmt: skip
        tx.record(couple.id, changed)
    return await load_seen_couple(tx)
