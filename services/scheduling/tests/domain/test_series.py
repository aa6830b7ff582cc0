"""Is every time of a reminder written down before it is needed, once, and for whom it rings?"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduling.domain.recurrence import next_occurrences, resolve
from scheduling.domain.reminders import Audience, OfferState, Reminder
from scheduling.domain.series import TOP_UP_WITHIN, Series, plan_from_now, plan_on

NOW = datetime(2027, 3, 20, 12, tzinfo=UTC)
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
ANN, BEN = UUID(int=1), UUID(int=2)


def a_series(
    rrule: str = "FREQ=DAILY",
    zone: str = "Europe/Berlin",
    leads: tuple[int, int] = (0, 0),
    audience: Audience = "me",
    offer: OfferState = "none",
) -> Series:
    partner = None if audience == "me" else BEN
    reminder = Reminder(uuid4(), ANN, partner, audience, offer, created_at=NOW)
    first = datetime.fromisoformat("2027-03-22T02:30")
    return Series(reminder, ANN, first, zone, rrule, leads[0] * HOUR, leads[1] * HOUR if partner else None)


some_series = st.builds(
    a_series,
    st.sampled_from(["FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,TH", "FREQ=DAILY;COUNT=11"]),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.tuples(st.integers(0, 168), st.integers(0, 168)),
    st.just("both"),
    st.sampled_from(["offered", "declined", "accepted"]),
)


@given(some_series, st.lists(st.timedeltas(timedelta(0), 5 * DAY), min_size=1, max_size=8))
@settings(deadline=None, max_examples=60)
def test_whatever_the_delays_of_topping_up_every_time_is_planned_once_for_each(
    series: Series, delays: list[timedelta]
) -> None:
    now, plan = NOW, plan_from_now(series, NOW)
    rings = {(ring.person, ring.local): ring for ring in plan.rings}
    for delay in delays:
        if plan.extend_at is None or plan.bookmark is None:
            break
        now = max(now, plan.extend_at + delay)
        plan = plan_on(series, plan.bookmark, now)
        rings = {(ring.person, ring.local): ring for ring in plan.rings} | rings
    people = {ANN, BEN} if series.reminder.offer == "accepted" else {ANN}
    last = max(local for _, local in rings)
    times = [each.local for each in next_occurrences(series.rule, series.first, series.zone, None, 200)]
    assert set(rings) == {(person, local) for person in people for local in times if local <= last}
    for (person, local), ring in rings.items():
        lead = series.lead_of(person)
        assert lead is not None
        assert ring.due_at >= resolve(local, series.zone).at - lead


@given(some_series)
@settings(deadline=None, max_examples=60)
def test_two_times_lie_ahead_of_every_ring_until_the_top_up_had_its_turn(series: Series) -> None:
    plan = plan_from_now(series, NOW)
    assume(plan.extend_at is not None)
    assert plan.extend_at is not None
    reach = max(ring_lead for ring_lead in (series.maker_lead, series.partner_lead) if ring_lead is not None)
    if series.reminder.offer != "accepted":
        reach = series.maker_lead
    ahead = [each for each in plan.instants if each.at > plan.extend_at - TOP_UP_WITHIN + reach]
    assert len(ahead) >= 2
    assert plan.extend_at >= NOW


def test_a_shared_series_lapses_after_180_days_and_a_personal_one_goes_on() -> None:
    later = NOW + 200 * DAY
    bookmark = datetime.fromisoformat("2027-09-10T02:30")
    shared = plan_on(a_series(audience="both", offer="accepted"), bookmark, later)
    assert shared.extend_at is None
    assert shared.over_at is not None
    assert NOW + 181 * DAY - 12 * HOUR < shared.over_at < NOW + 182 * DAY
    assert plan_on(a_series(), bookmark, later).over_at is None


def test_what_is_once_is_over_with_its_only_time() -> None:
    plan = plan_from_now(a_series(rrule=""), NOW)
    assert (plan.extend_at, plan.over_at) == (None, datetime(2027, 3, 22, 1, 30, tzinfo=UTC))
    assert plan_from_now(a_series(rrule=""), NOW + 10 * DAY).rings == ()


def test_nobody_is_rung_for_a_cancelled_reminder_nor_for_an_offer_to_the_other() -> None:
    series = a_series()
    assert plan_from_now(series, NOW).rings
    assert not plan_from_now(replace(series, reminder=replace(series.reminder, cancelled_at=NOW)), NOW).rings
    assert not plan_from_now(a_series(audience="you", offer="offered"), NOW).rings
    accepted = plan_from_now(a_series(audience="you", offer="accepted"), NOW + 3 * DAY)
    assert {ring.person for ring in accepted.rings} == {BEN}
    assert min(ring.due_at for ring in accepted.rings) > NOW + 3 * DAY
    assert not any(ring.late for ring in accepted.rings)


def test_top_ups_of_one_hour_are_spread() -> None:
    turns = {plan_from_now(a_series(), NOW).extend_at for _ in range(50)}
    assert len(turns) > 40
