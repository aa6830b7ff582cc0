"""EndCouple: end the pairing."""

from dataclasses import dataclass

from pairing.neighbours import Peers
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import CoupleEnded


@dataclass(frozen=True)
class EndCouple:
    """End it; `notice` is plainly where the other is to get a plain notice, else nothing."""

    notice: str


async def end_couple(command: EndCouple, tx: Transaction, couples: Couples, peers: Peers) -> None:
    """Alone, at once. Answers when every service that could be reached lets nothing new cross."""
    us = tx.us
    epoch = us.epoch + 1
    await couples.end(tx, us.id, epoch)
    # Recorded after the epoch rose, so that the record itself carries the end.
    tx.record(us.id, CoupleEnded(couple_id=us.id, notify=us.other(tx.me) if command.notice == "plainly" else None))
    tx.on_commit(lambda: peers.end_couple(us.id, epoch))
