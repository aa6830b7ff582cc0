"""What happens in the three weeks? Every scene, by what it is about; the last day and today come however many there were."""

from collections.abc import Sequence
from typing import NamedTuple

from standalone.demo_couple.acts import (
    accept,
    answer,
    arrive,
    cancel,
    complete,
    counter,
    decline,
    leave_a_light,
    pair,
    pass_by,
    propose,
    read_inbox,
    remind,
    remind_of_just_now,
    share,
    skip,
    snooze,
    stop,
    take,
)
from standalone.demo_couple.days import Day, day, today
from standalone.demo_couple.people import NOOR, SAM, Account
from standalone.demo_couple.story import Scene, scene
from twolamps.pairing.v1.pairing_pb2 import SHARE_AVAILABILITY, SHARE_FACTS, SHARE_MEMORIES
from twolamps.scheduling.v1.scheduling_pb2 import AUDIENCE_BOTH, AUDIENCE_EITHER, AUDIENCE_ME, AUDIENCE_YOU

THREE_WEEKS = 21


class Answering(NamedTuple):
    """Who answers on a day, and when: one, or one and then the other."""

    on: Day
    first: Account
    at: str
    later: str = ""
    light: bool = False


MEETING = (
    scene(day(1), "19:30", arrive(NOOR), arrive(SAM)),
    scene(day(1), "19:36", pair, share(NOOR, SHARE_AVAILABILITY, SHARE_MEMORIES, SHARE_FACTS)),
    scene(day(1), "19:41", share(SAM, SHARE_AVAILABILITY, SHARE_MEMORIES)),
)
ANSWERS = (
    Answering(day(1), NOOR, "20:10", "20:45"),
    Answering(day(2), SAM, "08:20", "12:40"),
    Answering(day(3), NOOR, "07:50", "21:20", light=True),
    Answering(day(4), SAM, "13:05", "19:15"),
    Answering(day(5), NOOR, "12:30", "22:10"),
    Answering(day(6), NOOR, "21:40"),
    Answering(day(7), SAM, "09:10", "18:30", light=True),
    Answering(day(8), NOOR, "08:05", "20:50"),
    Answering(day(9), SAM, "12:44", "12:50"),
    Answering(day(10), NOOR, "22:05", "23:10"),
    Answering(day(12), SAM, "07:45", "21:30", light=True),
    Answering(day(13), NOOR, "13:00", "19:40"),
    Answering(day(14), SAM, "21:00", light=True),
    Answering(day(15), NOOR, "08:30", "12:15"),
    Answering(day(16), SAM, "18:20", "22:00"),
    Answering(day(17), NOOR, "12:55", "21:15", light=True),
    Answering(day(18), SAM, "08:50", "20:30"),
    Answering(day(19), NOOR, "07:35", "22:20"),
    Answering(day(20), SAM, "12:20", "21:45"),
    Answering(today(-1), NOOR, "08:15", "20:20"),
)
INVITES = (
    # Accepted as it was proposed.
    scene(day(3), "12:35", propose("soup", NOOR, "The same soup in two kitchens", day(5), "19:30", 120, "Lentils.")),
    scene(day(3), "21:20", accept("soup", SAM)),
    # Accepted for another time.
    scene(day(6), "18:40", propose("film", SAM, "One film, one play button", day(8), "21:00", 150)),
    scene(day(6), "21:40", counter("film", NOOR, day(9), "20:30", 150)),
    scene(day(7), "09:10", accept("film", SAM)),
    # Declined.
    scene(day(9), "12:50", propose("walk", NOOR, "Early walk, phones in our pockets", day(12), "07:00", 45)),
    scene(day(10), "23:10", decline("walk", SAM)),
    # Accepted, then called off.
    scene(
        day(12), "07:45",
        propose("museum", SAM, "Museum by telephone", day(15), "19:00", 90, "You choose a picture, I describe it."),
    ),
    scene(day(12), "21:30", accept("museum", NOOR)),
    scene(day(14), "21:00", cancel("museum", SAM)),
    # Never answered.
    scene(day(15), "08:30", propose("lesson", NOOR, "An hour of Portuguese, you correct me", day(17), "18:00", 60)),
    scene(day(17), "18:00"),
    # Two turns each.
    scene(day(16), "18:20", propose("breakfast", SAM, "Long breakfast, two kitchens", day(18), "10:00", 120)),
    scene(day(16), "22:00", counter("breakfast", NOOR, day(19), "09:30", 120)),
    scene(day(17), "21:15", counter("breakfast", SAM, day(19), "10:30", 120)),
    scene(day(18), "20:30", accept("breakfast", NOOR)),
)  # fmt: skip
REMINDERS = (
    # Noor's own, every third day.
    scene(
        day(2), "12:40",
        remind("basil", NOOR, "Water Gerard, the basil", AUDIENCE_ME, day(2), "18:00", "FREQ=DAILY;INTERVAL=3"),
    ),
    *(scene(day(number), "18:00", complete("basil", NOOR)) for number in (2, 5, 11, 17, 20)),
    scene(day(8), "18:00", snooze("basil", NOOR, day(9), "12:50")),
    scene(day(9), "12:50", complete("basil", NOOR)),
    scene(day(14), "18:00", skip("basil", NOOR)),
    # For both, every week.
    scene(
        day(3), "21:20",
        remind("call", SAM, "The long call, kettle on", AUDIENCE_BOTH, day(4), "20:30", "FREQ=WEEKLY"),
    ),
    scene(day(4), "19:15", take("call", NOOR)),
    *(scene(day(number), "20:30", complete("call", NOOR), complete("call", SAM)) for number in (4, 11, 18)),
    # Noor offers it to Sam, five times in all.
    scene(
        day(5), "12:30",
        remind(
            "knee", NOOR, "Ten minutes for the knee", AUDIENCE_YOU, day(7), "09:00", "FREQ=DAILY;INTERVAL=3;COUNT=5"
        ),
    ),
    scene(day(5), "22:10", take("knee", SAM)),
    *(scene(day(number), "09:00", complete("knee", SAM)) for number in (7, 13, 19)),
    scene(day(10), "09:00", snooze("knee", SAM, day(10), "12:30")),
    scene(day(10), "12:30", complete("knee", SAM)),
    scene(day(16), "09:00", skip("knee", SAM)),
    # For whoever does it first: once, and every week.
    scene(day(6), "18:40", remind("flights", SAM, "Look at flights for the visit", AUDIENCE_EITHER, day(8), "19:00")),
    scene(day(6), "21:40", take("flights", NOOR)),
    scene(day(8), "19:00", complete("flights", NOOR)),
    scene(
        day(9), "12:50",
        remind("album", NOOR, "The week's pictures into the album", AUDIENCE_EITHER, day(10), "20:00", "FREQ=WEEKLY"),
    ),
    scene(day(10), "12:30", take("album", SAM)),
    scene(day(10), "20:00", complete("album", SAM)),
    scene(day(17), "20:00", complete("album", NOOR)),
    # Sam offers: one is taken, one is not.
    scene(day(9), "12:44", remind("scan", SAM, "Ask Leila how the scan went", AUDIENCE_YOU, day(10), "12:30")),
    scene(day(9), "12:50", take("scan", NOOR)),
    scene(day(10), "12:30", complete("scan", NOOR)),
    scene(
        day(12), "07:45",
        remind("run", SAM, "A short run before work", AUDIENCE_YOU, day(14), "07:00", "FREQ=DAILY;INTERVAL=2"),
    ),
    scene(day(12), "21:30", pass_by("run", NOOR)),
    # Own ones, once: put off, and stopped.
    scene(day(15), "12:15", remind("boiler", SAM, "Ring the landlord about the boiler", AUDIENCE_ME, day(16), "11:00")),
    scene(day(16), "11:00", snooze("boiler", SAM, day(17), "11:00")),
    scene(day(17), "11:00", complete("boiler", SAM)),
    scene(day(13), "13:00", remind("wool", NOOR, "Wool for the cradle blanket", AUDIENCE_ME, day(19), "11:00")),
    scene(day(15), "08:30", stop("wool", NOOR)),
)  # fmt: skip
YESTERDAY = (
    scene(
        today(-1), "07:20",
        propose("visit", SAM, "Sam lands, tea on the balcony", today(9), "17:40", 180, "I bring the good biscuits."),
    ),
    scene(today(-1), "08:15", accept("visit", NOOR)),
    scene(today(-1), "08:15", propose("dance", NOOR, "A dance class, both screens on", today(2), "20:00", 60)),
    scene(today(-1), "20:20", counter("dance", SAM, today(3), "20:30", 60)),
    scene(
        today(-1), "20:20",
        remind("parcel", SAM, "Pick up the parcel at number fourteen", AUDIENCE_YOU, today(1), "17:30"),
    ),
    scene(today(-1), "21:30", remind_of_just_now("bread", NOOR, "Take the bread out of the freezer")),
)  # fmt: skip
TODAY = leave_a_light(SAM)


def scenes(days: int = THREE_WEEKS) -> list[Scene]:
    """The scenes of a story of so many days, at least two."""
    each_morning = (scene(day(number), "04:00") for number in range(2, THREE_WEEKS))
    whole = [*each_morning, *MEETING, *_answering(ANSWERS), *INVITES, *REMINDERS]
    last = [scene(today(-1), "04:00"), *YESTERDAY, scene(today(), "04:00")]
    return [each for each in whole if each.on.from_today or each.on.number < days] + last


def _answering(answers: Sequence[Answering]) -> list[Scene]:
    """Whoever answers looks into their inbox then; not on the last day, so that something in it is new."""
    told = []
    for each in answers:
        other = SAM if each.first is NOOR else NOOR
        people = ((each.first, each.at, each.light), (other, each.later, False))
        for who, at, light in people:
            looks = () if each.on.from_today else (read_inbox(who),)
            if at:
                told.append(scene(each.on, at, *looks, answer(who, light=light)))
    return told
