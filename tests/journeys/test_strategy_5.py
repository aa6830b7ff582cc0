"""Strategy 5, mutual support: reminders for what matters to the other, offered, never imposed."""

from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from standalone.demo.daily_reminder import LOCAL
from standalone.demo.evening import Evening
from standalone.demo.people import Person
from twolamps.scheduling.v1 import scheduling_pb2 as pb


async def test_a_reminder_for_the_other_is_an_offer_that_rings_once_accepted(
    listening: Evening, later: Callable[[timedelta], None]
) -> None:
    ada, ben = listening.both
    offer = await _remind(listening, ada, pb.AUDIENCE_YOU)
    await listening.told("a reminder waits for a yes", "reminder_offered", offer.id, ben)
    assert not (await ben.client.scheduling.get_reminder(offer.id)).reminder.rings
    await ben.client.scheduling.accept_reminder(offer.id)
    await listening.told("it was accepted", "reminder_accepted", offer.id, ada)
    later(timedelta(hours=1))
    await listening.told("it is time", "reminder_rang", offer.id, ben)
    assert ("reminder_rang", offer.id) not in {line.notice for line in ada.added()}


async def test_a_declined_offer_looks_to_its_maker_like_one_that_waits(
    listening: Evening, later: Callable[[timedelta], None]
) -> None:
    ada, ben = listening.both
    offer = await _remind(listening, ada, pb.AUDIENCE_YOU)
    await listening.told("a reminder waits for a yes", "reminder_offered", offer.id, ben)
    paths = ("/v1/reminders", f"/v1/reminders/{offer.id}", "/v1/inbox")
    before = [await ada.read(path) for path in paths]
    lines = len(list(ada.diary.lines()))
    await ben.client.scheduling.decline_reminder(offer.id)
    assert [await ada.read(path) for path in paths] == before
    mine = (await ben.client.scheduling.get_reminder(offer.id)).reminder
    assert mine.offer == pb.OFFER_STATE_DECLINED
    later(timedelta(hours=1))
    own = await _remind(listening, ada, pb.AUDIENCE_ME)
    later(timedelta(hours=1))
    await listening.told("an own reminder rings, after the declined one did not", "reminder_rang", own.id, ada)
    assert ("reminder_rang", offer.id) not in {line.notice for line in ben.added()}
    waits = (await ada.client.scheduling.get_reminder(offer.id)).reminder.offer
    assert waits == pb.OFFER_STATE_OFFERED
    # The next day's prompts may have come meanwhile.
    of_reminders = [line.notice for line in list(ada.diary.lines())[lines:] if line.kind.startswith("reminder")]
    assert set(of_reminders) == {("reminder_rang", own.id)}


async def test_for_either_the_first_to_do_it_does_it_for_both(
    listening: Evening, later: Callable[[timedelta], None]
) -> None:
    ada, ben = listening.both
    chore = await _remind(listening, ada, pb.AUDIENCE_EITHER)
    await ben.client.scheduling.accept_reminder(chore.id)
    later(timedelta(hours=1))
    await listening.told("it is time", "reminder_rang", chore.id, ada, ben)
    for person in (ben, ada):
        done = (await person.client.scheduling.complete_reminder(chore.id, occurrence=chore.first)).reminder
        assert [ring.state for ring in done.rings if ring.occurrence == chore.first] in ([], [pb.RING_STATE_COMPLETED])

    async def taken_back() -> bool | None:
        rang = {line.id for line in ada.added() if line.kind == "reminder_rang"}
        return any(line.what == "removed" and line.id in rang for line in ada.diary.lines()) or None

    await listening.facts.comes("Ada's notice is taken back", taken_back)


async def _remind(evening: Evening, person: Person, audience: pb.Audience.ValueType) -> pb.Reminder:
    """A reminder in 30 minutes."""
    at = evening.now().replace(microsecond=0) + timedelta(minutes=30)
    first = at.astimezone(ZoneInfo(person.zone)).strftime(LOCAL)
    made = await person.client.scheduling.create_reminder(
        title="Ask how the exam went", audience=audience, first=first, zone=person.zone
    )
    return made.reminder
