"""What can the two do? Each function gives an act of the story: what one of them does through the public API."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from standalone.demo_couple.days import ZONE, Day
from standalone.demo_couple.people import BOTH, NOOR, SAM, Account
from standalone.demo_couple.story import Act, Story
from standalone.demo_couple.words import FITS_ANY
from twolamps.notifications.v1.notifications_pb2 import ITEM_STATE_UNREAD
from twolamps.pairing.v1.pairing_pb2 import Share
from twolamps.scheduling.v1 import scheduling_pb2 as pb

LOCAL = "%Y-%m-%dT%H:%M:%S"


def arrive(who: Account) -> Act:
    """Sign up and in, and state the hours they like to spend together."""

    async def act(story: Story) -> None:
        client = story.of(who)
        await client.sign_up(
            mail=who.mail,
            password=who.password,
            display_name=who.name,
            zone=who.zone,
            adult=True,
            pronouns=who.pronouns,
        )
        await client.sign_in(who.mail, who.password, client_name=f"{who.name}'s phone")
        await client.scheduling.set_windows(zone=who.zone, windows=who.windows)

    return act


async def pair(story: Story) -> None:
    """Noor makes a code, Sam types it, both confirm each other."""
    code = (await story.of(NOOR).pairing.create_pairing_code()).code
    pairing = (await story.of(SAM).pairing.claim_pairing(code=code)).pairing
    for who in BOTH:
        await story.of(who).pairing.confirm_pairing(pairing.id)


def share(who: Account, *shares: Share.ValueType) -> Act:
    """Switch on standing shares."""

    async def act(story: Story) -> None:
        await story.of(who).pairing.set_shares(shares=shares)

    return act


def answer(who: Account, *, light: bool = False) -> Act:
    """Seal an answer to the prompt of the day that there are words for; on a day without any, none."""

    async def act(story: Story) -> None:
        today = await story.of(who).prompts.get_today()
        if today.day not in story.answered:
            story.answered[today.day] = story.words.take(today.prompts)
        if found := story.answered[today.day]:
            prompt, answers = found
            await story.of(who).prompts.seal_answer(prompt.id, text=answers[who.name], leave_light=light)

    return act


def leave_a_light(who: Account) -> Act:
    """Seal an answer to one of the day's alternates and say so, so that the prompt of the day is open for both."""

    async def act(story: Story) -> None:
        alternates = [prompt for prompt in (await story.of(who).prompts.get_today()).prompts if prompt.alternate]
        found = story.words.take(alternates)
        prompt, text = (found[0], found[1][who.name]) if found else (alternates[0], FITS_ANY)
        await story.of(who).prompts.seal_answer(prompt.id, text=text, leave_light=True)

    return act


def propose(key: str, who: Account, title: str, on: Day, at: str, minutes: int, note: str = "") -> Act:
    """Invite the other to something, on a day at a time in Amsterdam."""

    async def act(story: Story) -> None:
        starts_at, duration = story.days.moment(on, at), timedelta(minutes=minutes)
        made = await story.of(who).scheduling.create_invite(
            title=title, note=note, starts_at=starts_at, duration=duration, zone=ZONE
        )
        story.ids[key] = made.invite.id

    return act


def counter(key: str, who: Account, on: Day, at: str, minutes: int) -> Act:
    """Offer another time."""

    async def act(story: Story) -> None:
        invite, scheduling = await _invite(story, key, who), story.of(who).scheduling
        starts_at, duration = story.days.moment(on, at), timedelta(minutes=minutes)
        await scheduling.counter_invite(invite.id, sequence=invite.sequence, starts_at=starts_at, duration=duration)

    return act


def accept(key: str, who: Account) -> Act:
    """Accept the time that stands."""

    async def act(story: Story) -> None:
        invite = await _invite(story, key, who)
        await story.of(who).scheduling.accept_invite(invite.id, sequence=invite.sequence)

    return act


def decline(key: str, who: Account) -> Act:
    """Decline the time that stands."""

    async def act(story: Story) -> None:
        invite = await _invite(story, key, who)
        await story.of(who).scheduling.decline_invite(invite.id, sequence=invite.sequence)

    return act


def cancel(key: str, who: Account) -> Act:
    """Call an invite off."""

    async def act(story: Story) -> None:
        invite = await _invite(story, key, who)
        await story.of(who).scheduling.cancel_invite(invite.id, sequence=invite.sequence)

    return act


def remind(
    key: str, who: Account, title: str, audience: pb.Audience.ValueType, on: Day, at: str, rrule: str = ""
) -> Act:
    """Make a reminder, first due on a day at a time in Amsterdam."""

    async def act(story: Story) -> None:
        await _remind(story, key, who, title, audience, story.days.moment(on, at), rrule)

    return act


def remind_of_just_now(key: str, who: Account, title: str) -> Act:
    """Make an own reminder that rings shortly before the story ends."""

    async def act(story: Story) -> None:
        await _remind(story, key, who, title, pb.AUDIENCE_ME, story.days.just_now)

    return act


def take(key: str, who: Account) -> Act:
    """Accept an offered reminder."""

    async def act(story: Story) -> None:
        await story.of(who).scheduling.accept_reminder(story.ids[key])

    return act


def pass_by(key: str, who: Account) -> Act:
    """Decline an offered reminder."""

    async def act(story: Story) -> None:
        await story.of(who).scheduling.decline_reminder(story.ids[key])

    return act


def complete(key: str, who: Account) -> Act:
    """Do what a reminder rings for."""

    async def act(story: Story) -> None:
        await story.of(who).scheduling.complete_reminder(story.ids[key])

    return act


def snooze(key: str, who: Account, until: Day, at: str) -> Act:
    """Let it ring again on a day at a time in Amsterdam."""

    async def act(story: Story) -> None:
        duration = story.days.moment(until, at) - story.clock.now
        await story.of(who).scheduling.snooze_reminder(story.ids[key], duration=duration)

    return act


def skip(key: str, who: Account) -> Act:
    """Leave this time out."""

    async def act(story: Story) -> None:
        await story.of(who).scheduling.skip_reminder(story.ids[key])

    return act


def stop(key: str, who: Account) -> Act:
    """Stop a reminder."""

    async def act(story: Story) -> None:
        await story.of(who).scheduling.cancel_reminder(story.ids[key])

    return act


def read_inbox(who: Account) -> Act:
    """Read everything that is new."""

    async def act(story: Story) -> None:
        notifications = story.of(who).notifications
        new = [item async for item in notifications.all_inbox(state=ITEM_STATE_UNREAD)]
        for item in new:
            await notifications.read_item(item.id)

    return act


async def _invite(story: Story, key: str, who: Account) -> pb.Invite:
    """An invite as one of them sees it now: its sequence is the one they answer."""
    return (await story.of(who).scheduling.get_invite(story.ids[key])).invite


async def _remind(
    story: Story,
    key: str,
    who: Account,
    title: str,
    audience: pb.Audience.ValueType,
    first_at: datetime,
    rrule: str = "",
) -> None:
    first = first_at.astimezone(ZoneInfo(who.zone)).strftime(LOCAL)
    made = await story.of(who).scheduling.create_reminder(
        title=title, audience=audience, first=first, zone=who.zone, rrule=rrule
    )
    story.ids[key] = made.reminder.id
