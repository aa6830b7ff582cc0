"""RepublishCouples: tell what holds, for a consumer that lacks what led to it because that is no longer kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from pairing.store.couples import list_couples, list_told_streams
from twolamps_chassis.db import Transaction
from twolamps_events.pairing import CoupleSnapshot, PersonSnapshot

MOST = 200


@dataclass(frozen=True)
class RepublishCouples:
    """The next streams after a key, at most `most`; UUID(int=0) begins."""

    after: UUID
    most: int = MOST


async def streams_to_republish(command: RepublishCouples, tx: Transaction) -> Sequence[UUID]:
    """The streams whose turn it is; none after the last."""
    return await list_told_streams(tx, command.after, command.most)


async def republish_couples(_command: RepublishCouples, tx: Transaction) -> None:
    """Record a snapshot on each locked stream. Who knows it all learns nothing new from it."""
    couples = {couple.id: couple for couple in await list_couples(tx, list(tx.streams))}
    for key in tx.streams:
        if (couple := couples.get(key)) is None:
            tx.record(key, PersonSnapshot(person_id=key))
            continue
        snapshot = CoupleSnapshot(
            couple_id=couple.id, inviter_id=couple.inviter, invitee_id=couple.invitee, zone=couple.zone,
            day_start=f"{couple.day_start:%H:%M}", week_start=couple.week_start,
            calendar_version=couple.calendar_version, active=sorted(couple.shares),
            shares_version=couple.shares_version, paired_at=couple.paired_at,
        )  # fmt: skip
        tx.record(key, snapshot)
