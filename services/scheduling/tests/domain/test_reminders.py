"""Does a reminder ring on time, once, for the right person, and is a decline invisible to its maker?"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.domain import errors
from scheduling.domain.recurrence import Instant, next_occurrences, parse_rule, resolve
from scheduling.domain.reminders import (
    Audience,
    OfferState,
    Reminder,
    Ring,
    RingState,
    choose_ring,
    choose_to_complete,
    collapse_late,
    concerns_partner,
    decide_answer,
    decide_cancel,
    decide_complete,
    decide_skip,
    decide_snooze,
    lapses_at,
    plan_ring,
    require_first,
    require_lead,
    rings_for,
    visible_offer_state,
)

ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Africa/Casablanca",
    "Pacific/Apia",
)
ANN, BEN, SERIES = UUID(int=1), UUID(int=2), UUID(int=3)
NOW = datetime(2027, 1, 10, 12, tzinfo=UTC)
DAY, HOUR, MINUTE, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
MIDNIGHT, NOON = time(0), time(12)
at = datetime.fromisoformat


def a_reminder(audience: Audience = "both", offer: OfferState = "offered") -> Reminder:
    return Reminder(SERIES, ANN, None if audience == "me" else BEN, audience, offer, created_at=NOW)


def a_ring(ago: timedelta = HOUR, state: RingState = "ringing", person: UUID = ANN, series: UUID = SERIES) -> Ring:
    return Ring(series, person, at("2027-01-10T12:00") - ago, NOW - ago, NOW - ago, state)


@pytest.mark.parametrize(
    ("audience", "offer", "people"),
    [
        ("me", "none", {ANN}),
        ("you", "offered", set()),
        ("you", "declined", set()),
        ("you", "accepted", {BEN}),
        ("both", "offered", {ANN}),
        ("both", "declined", {ANN}),
        ("both", "accepted", {ANN, BEN}),
        ("either", "offered", {ANN}),
        ("either", "accepted", {ANN, BEN}),
    ],
)
def test_the_other_is_rung_only_after_acceptance(audience: Audience, offer: OfferState, people: set[UUID]) -> None:
    assert rings_for(a_reminder(audience, offer)) == people


@given(st.sampled_from(["you", "both", "either"]), st.timedeltas(timedelta(0), 30 * DAY))
def test_to_its_maker_a_declined_offer_is_a_waiting_one(audience: Audience, later: timedelta) -> None:
    waiting, declined = a_reminder(audience), a_reminder(audience, "declined")
    seen = visible_offer_state(declined, ANN, NOW + later)
    assert seen == visible_offer_state(waiting, ANN, NOW + later) == ("offered" if later < 7 * DAY else "lapsed")
    assert rings_for(declined) == rings_for(waiting)
    assert visible_offer_state(declined, BEN, NOW + later) == "declined"


def test_only_the_other_answers_an_offer_once_and_within_seven_days() -> None:
    offer = a_reminder("you")
    assert decide_answer(offer, BEN, "accepted", NOW + 7 * DAY - SECOND).offer == "accepted"
    with pytest.raises(errors.OfferLapsed):
        decide_answer(offer, BEN, "accepted", NOW + 7 * DAY)
    for reminder, person in ((offer, ANN), (a_reminder("you", "declined"), ANN), (a_reminder("me", "none"), ANN)):
        with pytest.raises(errors.NotYoursToAnswer):
            decide_answer(reminder, person, "accepted", NOW)
    for answered in (a_reminder("you", "declined"), a_reminder("you", "accepted")):
        with pytest.raises(errors.OfferAlreadyAnswered):
            decide_answer(answered, BEN, "accepted", NOW)


@given(st.timedeltas(-DAY, 30 * DAY), st.timedeltas(timedelta(0), 7 * DAY))
def test_a_ring_is_never_planned_early_nor_in_the_past_while_its_time_is_ahead(
    ahead: timedelta, lead: timedelta
) -> None:
    ring = plan_ring(SERIES, ANN, at("2027-01-10T12:00"), NOW + ahead, lead, NOW, MINUTE)
    assert ring.due_at == ring.planned_at >= NOW + ahead - lead
    assert ahead <= timedelta(0) or NOW <= ring.due_at <= NOW + ahead
    assert (ring.state, ring.late) == (("ringing", True) if ahead < -MINUTE else ("pending", False))


@given(st.lists(st.tuples(st.sampled_from([3, 4]), st.sampled_from([ANN, BEN]), st.integers(0, 99)), unique=True))
def test_after_an_outage_there_is_one_late_notice_a_series_and_person(due: list[tuple[int, UUID, int]]) -> None:
    rings = [a_ring(ago * MINUTE, "pending", person, UUID(int=series)) for series, person, ago in due]
    fired = collapse_late(rings, NOW, 5 * MINUTE)
    assert {ring.due_at >= NOW - 5 * MINUTE for ring in fired.on_time} <= {True}
    assert {ring.due_at < NOW - 5 * MINUTE for ring in fired.late} <= {True}
    assert len(fired.on_time) + len(fired.late) == len(rings)
    assert {ring.state for ring in fired.on_time + fired.late} <= {"ringing"}
    assert sorted((ring.series, ring.person) for ring in fired.late_notices) == sorted(
        {(ring.series, ring.person) for ring in fired.late}
    )
    for notice in fired.late_notices:
        same = [ring for ring in fired.late if (ring.series, ring.person) == (notice.series, notice.person)]
        assert notice.planned_at == max(ring.planned_at for ring in same)


def test_a_snooze_lasts_one_minute_to_seven_days() -> None:
    for wait in (MINUTE, 7 * DAY):
        snoozed = decide_snooze(a_ring(), NOW + wait, NOW)
        assert (snoozed.state, snoozed.due_at, snoozed.planned_at) == ("snoozed", NOW + wait, a_ring().planned_at)
    for wait in (MINUTE - SECOND, 7 * DAY + SECOND, -HOUR):
        with pytest.raises(errors.SnoozeOutOfRange):
            decide_snooze(a_ring(), NOW + wait, NOW)
    with pytest.raises(errors.NotYetRinging):
        decide_snooze(a_ring(-SECOND, "pending"), NOW + HOUR, NOW)
    with pytest.raises(errors.AlreadyDone):
        decide_snooze(a_ring(state="completed"), NOW + HOUR, NOW)


def test_the_first_completion_of_either_settles_both_and_the_second_is_a_no_op() -> None:
    first = decide_complete("either", a_ring(), [a_ring(person=BEN)])
    assert [(ring.person, ring.state) for ring in first] == [(ANN, "completed"), (BEN, "completed")]
    assert decide_complete("either", first[1], [first[0]]) == ()
    assert decide_complete("either", a_ring(), [a_ring(person=BEN, state="skipped")])[1:] == ()


def test_completing_and_skipping_touch_only_ones_own_ring() -> None:
    assert [ring.person for ring in decide_complete("both", a_ring(), [a_ring(person=BEN)])] == [ANN]
    assert decide_skip(decide_skip(a_ring())) == a_ring(state="skipped")
    with pytest.raises(errors.AlreadyDone):
        decide_skip(a_ring(state="completed"))
    with pytest.raises(errors.AlreadyDone):
        decide_complete("me", a_ring(state="skipped"), [])


def test_the_latest_that_came_is_meant_unless_one_is_named() -> None:
    rings = [a_ring(2 * DAY), a_ring(DAY, "snoozed"), a_ring(HOUR, "completed"), a_ring(-DAY, "pending")]
    assert choose_ring(rings, None, NOW) == rings[1]
    assert choose_ring(rings, rings[3].local, NOW) == rings[3]
    with pytest.raises(errors.NothingRinging):
        choose_ring(rings[2:], None, NOW)
    with pytest.raises(errors.UnknownOccurrence):
        choose_ring(rings, at("2027-01-01T00:00"), NOW)


def test_a_series_begins_ahead_with_a_time_its_rule_gives() -> None:
    weekly = parse_rule("FREQ=WEEKLY;BYDAY=MO")
    require_first(weekly, at("2027-01-11T09:00"), "Europe/Berlin", NOW)
    require_first(None, at("2027-01-10T13:00:01"), "Europe/Berlin", NOW)
    for rule, first, refusal in (
        (weekly, "2027-01-12T09:00", errors.StartNotInRule),
        (parse_rule("FREQ=DAILY;UNTIL=20270110"), "2027-01-11T09:00", errors.StartNotInRule),
        (None, "2027-01-10T13:00", errors.StartInPast),
        (weekly, "2027-01-04T09:00", errors.StartInPast),
        (parse_rule("FREQ=YEARLY;INTERVAL=366"), "2027-01-11T09:00", errors.RecurrenceNotAllowed),
    ):
        with pytest.raises(refusal):
            require_first(rule, at(first), "Europe/Berlin", NOW)


def test_leads_and_the_life_of_a_shared_series_keep_their_limits() -> None:
    require_lead(timedelta(0))
    require_lead(7 * DAY)
    for lead in (-SECOND, 7 * DAY + SECOND):
        with pytest.raises(errors.LeadOutOfRange):
            require_lead(lead)
    daily = parse_rule("FREQ=DAILY")
    assert lapses_at("both", daily, NOW) == NOW + 180 * DAY
    assert lapses_at("me", daily, NOW) is lapses_at("both", None, NOW) is None


def clock_changes(zone: str, year: int) -> list[date]:
    """The days of `year` on which the zone's offset differs between one noon and the next."""
    days = [date(year, 1, 1) + timedelta(days=step) for step in range(365)]
    noons = [(day, datetime.combine(day, NOON, ZoneInfo(zone)).utcoffset()) for day in days]
    return [day for (day, before), (_, after) in pairwise(noons) if before != after]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ZONES), st.sampled_from([2011, 2019, 2026, 2027, 2030]), st.data())
def test_a_daily_series_rings_once_a_day_never_early_never_twice(zone: str, year: int, data: st.DataObject) -> None:
    around = data.draw(st.sampled_from(clock_changes(zone, year) or [date(year, 6, 1)]))
    minute = data.draw(st.one_of(st.integers(0, 24 * 60 - 1), st.integers(0, 4 * 60)))
    start = datetime.combine(around, MIDNIGHT) + timedelta(days=-3, minutes=minute)
    found = next_occurrences(parse_rule("FREQ=DAILY"), start, zone, None, 8)
    for earlier, later in pairwise(found):
        assert earlier.local < later.local
        assert earlier.at < later.at
        skipped = (later.local - earlier.local).days - 1
        assert skipped == 0 or not day_exists(earlier.local.date() + timedelta(days=1), zone)
    for each in found:
        assert_on_time(each)
    seen = [next_occurrences(parse_rule("FREQ=DAILY"), start, zone, each.local, 1) for each in found[:-1]]
    assert [each for once in seen for each in once] == found[1:]


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(ZONES), st.sampled_from([2011, 2019, 2026, 2027, 2030]), st.data())
def test_wall_times_keep_their_order_on_days_of_clock_change(zone: str, year: int, data: st.DataObject) -> None:
    around = data.draw(st.sampled_from(clock_changes(zone, year) or [date(year, 6, 1)]))
    minutes = sorted(data.draw(st.lists(st.integers(0, 48 * 60), min_size=2, max_size=2, unique=True)))
    earlier, later = (
        resolve(datetime.combine(around, MIDNIGHT) + timedelta(minutes=minute), zone) for minute in minutes
    )
    assert_on_time(earlier)
    assert_on_time(later)
    # Only a skipped wall time, moved on by the gap, may meet or pass one that is really shown.
    assert earlier.at < later.at or (earlier.shifted and not later.shifted)


def assert_on_time(each: Instant) -> None:
    shown = each.at.astimezone(ZoneInfo(each.zone)).replace(tzinfo=None)
    assert shown > each.local if each.shifted else shown == each.local
    just_before = (each.at - timedelta(seconds=1)).astimezone(ZoneInfo(each.zone)).replace(tzinfo=None)
    assert just_before < each.local or each.shifted


def day_exists(day: date, zone: str) -> bool:
    return not resolve(datetime.combine(day, NOON), zone).shifted


def test_a_day_that_does_not_exist_rings_once_with_the_next() -> None:
    daily = parse_rule("FREQ=DAILY;COUNT=4")
    found = next_occurrences(daily, at("2011-12-28T09:00"), "Pacific/Apia", None, 9)
    assert [each.local.day for each in found] == [28, 29, 31]
    fridays = next_occurrences(parse_rule("FREQ=WEEKLY"), at("2011-12-23T09:00"), "Pacific/Apia", None, 2)
    assert fridays[1].shifted
    assert fridays[1].at == datetime(2011, 12, 30, 19, tzinfo=UTC)


def test_its_maker_stops_a_reminder_for_all_and_the_other_for_themselves_unseen() -> None:
    accepted = a_reminder("both", "accepted")
    assert rings_for(decide_cancel(accepted, ANN, NOW)) == frozenset()
    stopped = decide_cancel(accepted, BEN, NOW)
    assert rings_for(stopped) == {ANN}
    assert visible_offer_state(stopped, ANN, NOW) == visible_offer_state(accepted, ANN, NOW)
    assert decide_cancel(a_reminder("you"), BEN, NOW).offer == "declined"
    for reminder, person in ((decide_cancel(accepted, ANN, NOW), ANN), (stopped, BEN)):
        assert decide_cancel(reminder, person, NOW + HOUR) == reminder
    with pytest.raises(errors.ReminderStopped):
        decide_answer(decide_cancel(a_reminder("you"), ANN, NOW), BEN, "accepted", NOW)


def test_the_other_is_told_of_the_end_only_of_what_they_have_or_may_take() -> None:
    assert concerns_partner(a_reminder("you"), NOW)
    assert concerns_partner(a_reminder("you", "accepted"), NOW + 30 * DAY)
    assert not concerns_partner(a_reminder("you"), NOW + 7 * DAY)
    for offer in ("declined", "stopped"):
        assert not concerns_partner(a_reminder("you", offer), NOW)
    assert not concerns_partner(a_reminder("me", "none"), NOW)


def test_a_second_completion_finds_what_the_first_has_done() -> None:
    done, ahead = a_ring(state="completed"), a_ring(-HOUR, "pending")
    assert choose_to_complete([done, ahead], None, NOW) == done
    assert choose_to_complete([done, a_ring(2 * HOUR), ahead], None, NOW) == a_ring(2 * HOUR)
    for rings in ([ahead], [a_ring(state="skipped")]):
        with pytest.raises(errors.NothingRinging):
            choose_to_complete(rings, None, NOW)
