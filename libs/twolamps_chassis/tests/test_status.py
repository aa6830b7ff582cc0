"""Do the numbers that wake an operator say what is so?"""

import scheduling.main
from twolamps_chassis.status import role_status
from twolamps_chassis.telemetry import HELD, LEADS
from twolamps_events.pairing import SharesChanged
from twolamps_testkit.stage import Stage, eventually


async def test_what_waits_for_one_before_it_ages_until_that_comes(stage: Stage) -> None:
    await stage.start(scheduling=scheduling.main.compose)
    couple = await stage.pair()
    for seq in (3, 2):
        await role_status(stage.tables("scheduling"), ())
        assert (HELD.labels("scheduling")._value.get() > 0) is (seq == 2)
        change = SharesChanged(couple_id=couple, active=[], shares_version=seq)
        await stage.deliver(couple, change, seq=seq)
        stage.move_clock(60)
    await role_status(stage.tables("scheduling"), ())
    assert HELD.labels("scheduling")._value.get() == 0


async def test_a_relay_that_ends_leads_no_more(stage: Stage) -> None:
    await stage.start(scheduling=scheduling.main.compose)
    leads = LEADS.labels("scheduling")._value

    async def leading() -> bool:
        return bool(leads.get() == 1)

    await eventually(leading)
    await stage.node.stop()
    assert leads.get() == 0
