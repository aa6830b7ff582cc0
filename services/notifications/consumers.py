"""What does notifications do with the events of others? Those with a row in the table of kinds become news, all one way."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from notifications.domain.items import Announce
from notifications.domain.kinds import KINDS
from notifications.use_cases.close_couple import CloseCouple, close_couple
from notifications.use_cases.deliver_news import DeliverNews, deliver_news
from twolamps_chassis.consumers import Handler
from twolamps_chassis.couples import Couples
from twolamps_chassis.db import Transaction
from twolamps_events.base import Event
from twolamps_events.catalog import EVENTS

SOURCES = ("pairing", "prompts", "scheduling")


def handlers(announce: Announce) -> Mapping[str, Mapping[type[Event], Handler]]:
    """The handlers of each source; `announce` tells open streams what has committed."""

    async def on_news(events: Sequence[Event], tx: Transaction) -> None:
        changes = await deliver_news(DeliverNews(events[0].name, [vars(event) for event in events]), tx)
        if changes:
            tx.on_commit(lambda: announce(changes))

    told = [event for event in EVENTS.values() if event.name in KINDS]
    return {source: {event: on_news for event in told if event.source == source} for source in SOURCES}


def couples(announce: Announce) -> Couples:
    """The projection of couples; at an end both inboxes lose what can no longer be answered."""

    async def on_couple_end(couple_id: UUID, tx: Transaction) -> None:
        changes = await close_couple(CloseCouple(couple_id), tx)
        if changes:
            tx.on_commit(lambda: announce(changes))

    return Couples(on_end=on_couple_end)
