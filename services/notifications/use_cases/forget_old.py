"""ForgetOld: items after ninety days, changes after thirty."""

from dataclasses import dataclass

from notifications import store
from notifications.defaults import INBOX_KEPT, LOG_KEPT, TIDY_EVERY, TIDY_MOST
from twolamps_chassis.db import Transaction


@dataclass(frozen=True)
class ForgetOld:
    """Tidy what is due now."""


async def forget_old(command: ForgetOld, tx: Transaction) -> None:
    """Forget at most so many, then come again: at once while there are more."""
    more = await store.remove_older(tx, tx.now - LOG_KEPT, tx.now - INBOX_KEPT, TIDY_MOST)
    await store.save_tidying(tx, tx.now if more else tx.now + TIDY_EVERY)
