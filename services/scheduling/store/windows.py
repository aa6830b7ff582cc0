"""Where are a person's preferred windows kept? In one row, each with the zone it was meant in.

Promises: what is stated anew replaces all that was stated; the role of a person's calls reaches that person's row alone.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from scheduling.domain.windows import Availability, Window
from scheduling.domain.zones import known_zone
from twolamps_chassis.db import Transaction

LIST: Final = "SELECT person_id, zone, weekdays, starts, ends FROM windows WHERE person_id = ANY($1::uuid[])"
SAVE: Final = """
INSERT INTO windows (person_id, zone, weekdays, starts, ends) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (person_id) DO UPDATE
SET zone = excluded.zone, weekdays = excluded.weekdays, starts = excluded.starts, ends = excluded.ends
"""


async def list_availabilities(tx: Transaction, people: Sequence[UUID]) -> dict[UUID, Availability]:
    """What these people stated, by person; who stated nothing is left out."""
    rows = await tx.fetch(LIST, people)
    return {
        row["person_id"]: Availability(
            known_zone(row["zone"]),
            tuple(Window(*each) for each in zip(row["weekdays"], row["starts"], row["ends"], strict=True)),
        )
        for row in rows
    }


async def save_availability(tx: Transaction, person: UUID, availability: Availability) -> None:
    """Keep what a person states now."""
    windows = availability.windows
    columns = [w.weekday for w in windows], [w.start for w in windows], [w.end for w in windows]
    await tx.execute(SAVE, person, availability.zone.key, *columns)
