"""Which occurrences of a reminder are written down ahead, for whom do they ring, and when is it topped up?

Promises: pure decisions. As long as a series goes on, two occurrences lie ahead of every ring that can be due, so that
ringing evaluates no rule. Planning the same time twice gives the same rings.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from scheduling.domain.recurrence import Instant, RecurrenceRule, next_occurrences, parse_rule, resolve
from scheduling.domain.reminders import LONGEST_LEAD, Reminder, Ring, lapses_at, plan_ring, rings_for
from scheduling.domain.zones import known_zone

AHEAD: Final = 3
GRACE: Final = timedelta(minutes=1)
TOP_UP_WITHIN: Final = timedelta(hours=6)
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Series:
    """A reminder with its times: from naive `first`, local to the IANA `zone`, by `rrule` (canonical; empty: once).

    `owner` is whose it is and on whose stream it rings: the maker of a personal one, the couple of a shared one.
    `partner_lead` is None until the partner accepted.
    """

    reminder: Reminder
    owner: UUID
    first: datetime
    zone: str
    rrule: str
    maker_lead: timedelta
    partner_lead: timedelta | None = None

    @property
    def rule(self) -> RecurrenceRule | None:
        return parse_rule(self.rrule) if self.rrule else None

    @property
    def shared(self) -> bool:
        return self.reminder.partner is not None

    def lead_of(self, person: UUID) -> timedelta | None:
        """How long before an occurrence it rings for `person`; None where they have not accepted it."""
        return self.maker_lead if person == self.reminder.maker else self.partner_lead


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write down. `extend_at`: when to plan on, from after `bookmark` (local, naive); None where nothing comes.

    `over_at`: the last occurrence of a series that ends with this plan, else None.
    """

    instants: tuple[Instant, ...]
    rings: tuple[Ring, ...]
    bookmark: datetime | None
    extend_at: datetime | None
    over_at: datetime | None


def plan_from_now(series: Series, now: datetime) -> Plan:
    """The plan of a series that begins to ring for somebody: nothing that lies behind `now`."""
    shown = now.astimezone(known_zone(series.zone)).replace(tzinfo=None)
    return _plan(series, [each for each in _instants(series, shown - DAY, now) if each.at > now], now)


def plan_on(series: Series, bookmark: datetime, now: datetime) -> Plan:
    """The plan from after `bookmark`, with what an outage has missed since."""
    return _plan(series, _instants(series, bookmark, now), now)


def _plan(series: Series, instants: list[Instant], now: datetime) -> Plan:
    # At most one occurrence a day, so a series that once has three ahead keeps two while its top-up waits for its turn;
    # those of a popular hour must not all come in the same second.
    people, id = sorted(rings_for(series.reminder)), series.reminder.id
    reach = _reach(series)
    ahead = [each for each in instants if each.at > now + reach]
    if len(ahead) >= AHEAD:
        instants = instants[: instants.index(ahead[AHEAD - 1]) + 1]
    rings = tuple(
        plan_ring(id, person, each.local, each.at, series.lead_of(person) or timedelta(0), now, GRACE)
        for each in instants
        for person in people
    )
    if len(ahead) < AHEAD:
        return Plan(tuple(instants), rings, None, None, instants[-1].at if instants else now)
    turn = TOP_UP_WITHIN * (id.int % 4096) / 4096
    return Plan(tuple(instants), rings, ahead[0].local, ahead[0].at - reach + turn, None)


def _instants(series: Series, after: datetime, now: datetime) -> list[Instant]:
    rule, horizon = series.rule, now + _reach(series)
    days = (horizon.astimezone(UTC).replace(tzinfo=None) - after).days + 2
    lapse = lapses_at(series.reminder.audience, rule, resolve(series.first, series.zone).at)
    found = next_occurrences(rule, series.first, series.zone, after, AHEAD + max(days, 0))
    return [each for each in found if lapse is None or each.at < lapse]


def _reach(series: Series) -> timedelta:
    # Of what two share, the longest there can be: how early the other is rung, or whether at all, would show in how much
    # of mine is written down.
    return LONGEST_LEAD if series.shared else series.maker_lead
