"""What happens in notifications when its time has come? Old news is forgotten."""

from collections.abc import Sequence

from notifications.use_cases.forget_old import ForgetOld, forget_old
from twolamps_chassis.db import Row, Transaction
from twolamps_chassis.due_rows import Due


async def on_tidying_due(rows: Sequence[Row], tx: Transaction) -> None:
    """There is one such row."""
    await forget_old(ForgetOld(), tx)


DUES = (Due("tidyings", on_tidying_due),)
