"""SetWindows: state my preferred windows anew."""

from dataclasses import dataclass

from scheduling.domain.window_view import StatedWindow, StatedWindows, availability_of, stated
from scheduling.store.windows import save_availability
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class SetWindows:
    """From now on these and no others; none takes all back."""

    windows: tuple[StatedWindow, ...]
    zone: str


async def set_windows(command: SetWindows, tx: Transaction) -> StatedWindows:
    """My windows as they are kept, overlaps made one. Nobody is told. Raises UnknownZone, TooManyWindows."""
    availability = availability_of(command.windows, command.zone)
    await save_availability(tx, tx.me, availability)
    return stated(availability)
