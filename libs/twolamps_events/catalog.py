"""Which events exist, and which class reads which CloudEvents type?"""

from twolamps_events import pairing, prompts, scheduling
from twolamps_events.base import Event

EVENTS: dict[str, type[Event]] = {
    event.ce_type(): event
    for module in (pairing, prompts, scheduling)
    for event in vars(module).values()
    if isinstance(event, type) and issubclass(event, Event) and "name" in vars(event)
}
"""Every event by its CloudEvents type."""


SOURCES = tuple(sorted({event.source for event in EVENTS.values()}))
"""The services that publish."""


def topic(source: str, prefix: str = "twolamps") -> str:
    """The topic of a publishing service, or of `fences`; `prefix` tells several platforms on one Kafka apart."""
    return f"{prefix}.{source}.v1"
