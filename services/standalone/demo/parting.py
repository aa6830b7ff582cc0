"""Does an end end it? Nothing new crosses, writes and live reads answer not-connected, own and shared things stay."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from standalone.demo.contract import LIVE_READS, TAKE_TWO
from standalone.demo.daily_reminder import LOCAL
from standalone.demo.evening import Evening
from standalone.demo.people import Person
from standalone.demo.sealed_words import READS, read_all
from standalone.demo.time_together import TWO_HOURS, WALK_KEY
from twolamps.pairing.v1 import pairing_pb2 as pairing_pb
from twolamps.scheduling.v1 import scheduling_pb2 as pb
from twolamps_client import TwolampsError

NOT_CONNECTED = "409 not_connected"
Call = Callable[[], Awaitable[Any]]


async def end(evening: Evening) -> None:
    """Ben ends the pairing, alone and at once."""
    await evening.ben.client.pairing.end_couple(notice=pairing_pb.END_NOTICE_NOTHING)
    evening.facts.holds("the end is acknowledged", True)


async def try_everything(evening: Evening) -> None:
    """Each tries every earlier call: what takes two answers not-connected."""
    known = {person.name: len(person.added()) for person in evening.both}
    for person in evening.both:
        calls = couple_calls(evening, person)
        forgotten = TAKE_TWO - set(calls)
        evening.facts.holds(f"{person} tries all {len(TAKE_TWO)} calls that take two", not forgotten, forgotten)
        answers = {name: await _answer(call) for name, call in calls.items()}
        others = {name: answer for name, answer in answers.items() if answer != NOT_CONNECTED}
        evening.facts.holds(f"each answers {NOT_CONNECTED}", not others, others)
    replies = [await person.read("/v1/couple") for person in evening.both]
    stated = {(reply.status, reply.headers, reply.stated) for reply in replies}
    evening.facts.holds("both read the same neutral bytes: who ended it shows nowhere", len(stated) == 1, stated)
    evening.facts.holds(
        "they say not-connected", b'"not_connected"' in replies[0].body and replies[0].status == 409, stated
    )
    for person in evening.both:
        pairing = (await person.client.pairing.get_pairing(evening.pairing_id)).pairing
        closed = pairing.state == pairing_pb.PAIRING_STATE_CLOSED and not pairing.couple_id
        evening.facts.holds(f"{person}'s pairing is closed", closed, pairing)
    for person in evening.both:
        came = person.added()[known[person.name] :]
        evening.facts.holds(f"nothing of that came to {person}", not came, came)


async def what_stays(evening: Evening) -> None:
    """Own and shared things stay readable, the other's answers do not."""
    facts = evening.facts
    for person in evening.both:
        replies = await read_all(person)
        open_ = {path for path, reply in replies.items() if reply.status == 200}
        facts.holds(
            f"{person} reads on what is {person}'s and what is theirs", open_ == set(READS) - set(LIVE_READS), open_
        )
        mine, theirs = evening.words[person.name], evening.words[evening.other(person).name]
        bytes_seen = [reply.everything for reply in replies.values()]
        facts.nothing_of(f"{person} finds none of the other's words", [theirs], bytes_seen)
        reveals = (await person.client.prompts.list_reveals()).reveals
        own = [(each.my_answer, each.partner_answer) for each in reveals]
        facts.holds(f"{person}'s own answer is still there", own == [(mine, "")], own)
        kept = [each.my_answer for each in (await person.client.prompts.list_answers()).answers]
        facts.holds(f"{person} has it among all own answers", kept == [mine], kept)
        invite = (await person.client.scheduling.get_invite(evening.invite.id)).invite
        facts.holds(f"{person} can read the agreed walk", invite.title == evening.invite.title, invite)
        reminder = (await person.client.scheduling.get_reminder(evening.reminder.id)).reminder
        facts.holds(f"{person} can read their reminder", reminder.title == evening.reminder.title, reminder)


async def own_life(evening: Evening) -> None:
    """Each lives on: an own reminder rings for its maker alone, and nothing crosses."""
    made = {}
    for person in evening.both:
        at = (evening.now() + timedelta(seconds=5)).replace(microsecond=0)  # ahead still when the call arrives
        first = at.astimezone(ZoneInfo(person.zone)).strftime(LOCAL)
        answer = await person.client.scheduling.create_reminder(
            title="Water the plants", audience=pb.AUDIENCE_ME, first=first, zone=person.zone
        )
        made[person.name] = answer.reminder
    for person in evening.both:
        await evening.told("it is time for an own reminder", "reminder_rang", made[person.name].id, person)


def couple_calls(evening: Evening, person: Person) -> Mapping[str, Call]:
    """Every call that takes two, by the name of its RPC, as it went well before; a write repeats its key where it had one."""
    pairing, prompts, scheduling = person.client.pairing, person.client.prompts, person.client.scheduling
    invite, open_invite, reminder = evening.invite.id, evening.open_invite, evening.reminder
    starts_at = evening.now().replace(microsecond=0) + timedelta(days=2)
    walk_at = evening.invite.history[0].starts_at.ToDatetime(ZoneInfo("UTC"))
    calendar = pairing_pb.Calendar(zone=person.zone, day_start="04:00", week_start=1)
    return {
        "GetCouple": pairing.get_couple,
        "SetShares": lambda: pairing.set_shares(shares=[pairing_pb.SHARE_AVAILABILITY]),
        "SetCalendar": lambda: pairing.set_calendar(calendar=calendar),
        "EndCouple": pairing.end_couple,
        "GetToday": prompts.get_today,
        "SealAnswer": lambda: prompts.seal_answer(evening.prompt.id, text="Are you there?"),
        "WithdrawAnswer": lambda: prompts.withdraw_answer(evening.prompt.id),
        "CreateInvite": lambda: scheduling.create_invite(
            title="A walk by the river", starts_at=walk_at, duration=TWO_HOURS, idempotency_key=WALK_KEY
        ),
        "AcceptInvite": lambda: scheduling.accept_invite(open_invite.id, sequence=open_invite.sequence),
        "DeclineInvite": lambda: scheduling.decline_invite(open_invite.id, sequence=open_invite.sequence),
        "CounterInvite": lambda: scheduling.counter_invite(
            open_invite.id, sequence=open_invite.sequence, starts_at=starts_at, duration=TWO_HOURS
        ),
        "CancelInvite": lambda: scheduling.cancel_invite(invite, sequence=evening.invite.sequence),
        "ListSlots": scheduling.list_slots,
        "AcceptReminder": lambda: scheduling.accept_reminder(reminder.id),
        "DeclineReminder": lambda: scheduling.decline_reminder(reminder.id),
        "CreateReminder": lambda: scheduling.create_reminder(
            title="Say good night", audience=pb.AUDIENCE_BOTH, first=_next_year(evening), zone=person.zone
        ),
    }


def _next_year(evening: Evening) -> str:
    at: datetime = evening.now() + timedelta(days=365)
    return at.strftime(LOCAL)


async def _answer(call: Call) -> str:
    try:
        return f"200 {await call()}"
    except TwolampsError as refused:
        return f"{refused.status} {refused.reason}"
