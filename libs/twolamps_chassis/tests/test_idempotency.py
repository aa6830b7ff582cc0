"""How long is a reply kept for a command sent twice? Seven days, and whoever comes later does it anew."""

from uuid import UUID, uuid4

from pairing.main import compose
from twolamps_chassis.idempotency import find_reply, forget_replies, keep_reply
from twolamps_testkit.stage import Stage

DAY = 86_400


async def still_kept(stage: Stage, person: UUID) -> bytes | None:
    """What is found once old replies are forgotten."""
    async with stage.tables("pairing").begin() as tx:
        await forget_replies(tx)
    async with stage.tables("pairing").begin("app", person) as tx:
        return await find_reply(tx, "Create", "key", b"request")


async def test_a_reply_is_kept_for_seven_days_and_no_longer(stage: Stage) -> None:
    await stage.start(pairing=compose)
    person = uuid4()
    async with stage.tables("pairing").begin("app", person) as tx:
        await keep_reply(tx, "Create", "key", b"request", b"reply")
    stage.move_clock(7 * DAY - 30)
    assert await still_kept(stage, person) == b"reply"
    stage.move_clock(31)
    assert await still_kept(stage, person) is None
