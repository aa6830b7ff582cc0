"""Replicas come, go and are killed: nothing is lost, applied twice or out of order.

The long form kills a thousand relays between send and mark, a hundred between two sends, sixty consumers between commit
and offset.
"""

import asyncio
import os
import random
import signal
from contextlib import ExitStack

from tests.faults.kafka.house import FAULTLESS, TallyHouse
from tests.faults.kafka.replicas import Entry, consumer, relay, relay_of_fences, replica
from tests.faults.ledger import SEED, long_or, note
from twolamps_testkit.outbox_house import read_topic
from twolamps_testkit.servers import Kafka

RELAYS, FENCING_RELAYS, CONSUMERS, ROUNDS = long_or((3, 3, 2, 1), (1_000, 100, 60, 10))


async def test_order_per_couple_holds_through_two_replicas_and_their_rebalances(house: TallyHouse) -> None:
    with ExitStack() as running:
        for _ in range(2):
            running.enter_context(replica(relay, house.address))
        first, second = [running.enter_context(replica(consumer, house.address)) for _ in range(2)]
        async with house.commands():
            for _ in range(ROUNDS):
                await house.goes_on()
                third = running.enter_context(replica(consumer, house.address))  # joins
                await house.goes_on()
                first.terminate()
                await house.goes_on()
                second.kill()
                first, second = third, running.enter_context(replica(consumer, house.address))
                await house.goes_on()
        verdict = await house.judged()
    note("replicas that join, stop and are killed", ROUNDS, verdict)
    assert verdict == FAULTLESS


async def test_a_relay_killed_between_send_and_mark_is_followed_by_one_that_repeats_and_loses_nothing(
    house: TallyHouse,
) -> None:
    chance = random.Random(SEED)
    with ExitStack() as running:
        running.enter_context(replica(consumer, house.address))
        async with house.commands(pause_s=long_or(0.03, 0.2)):
            for _ in range(RELAYS):
                await killed(house, relay, chance.randint(1, 4))
        running.enter_context(replica(relay, house.address))
        verdict = await house.judged()
    repeated = len(await read_topic(Kafka(house.address.servers), house.address.topic)) - await house.recorded()
    note("a relay killed between send and mark", RELAYS, f"{verdict}, {repeated} sent again", SEED)
    assert verdict == FAULTLESS
    assert repeated > 0


async def test_a_relay_killed_between_the_two_sends_of_a_fence_is_followed_by_one_that_sends_both(
    house: TallyHouse,
) -> None:
    chance, kafka = random.Random(SEED), Kafka(house.address.servers)
    with ExitStack() as running:
        running.enter_context(replica(consumer, house.address))
        async with house.commands(pause_s=long_or(0.03, 0.2)):
            for _ in range(FENCING_RELAYS):
                await killed(house, relay_of_fences, chance.randint(1, 40))
        sent, fenced = [len(await read_topic(kafka, name)) for name in (house.address.topic, house.address.fence_topic)]
        running.enter_context(replica(relay_of_fences, house.address))
        verdict = await house.judged()
    note("a relay killed between the two sends of a fence", FENCING_RELAYS, verdict, SEED)
    assert sent > fenced
    assert verdict == FAULTLESS


async def test_a_consumer_killed_between_commit_and_offset_is_followed_by_one_that_applies_nothing_twice(
    house: TallyHouse,
) -> None:
    chance = random.Random(SEED)
    with ExitStack() as running:
        running.enter_context(replica(relay, house.address))
        async with house.commands():
            for _ in range(CONSUMERS):
                await killed(house, consumer, chance.randint(1, 4))
        running.enter_context(replica(consumer, house.address))
        verdict = await house.judged()
    note("a consumer killed between commit and offset", CONSUMERS, verdict, SEED)
    assert verdict == FAULTLESS


async def killed(house: TallyHouse, entry: Entry, after: int) -> None:
    """A replica that kills itself after so many passes or batches."""
    with replica(entry, house.address, after) as dying:
        await asyncio.to_thread(dying.join, 60)
        assert dying.exitcode == -signal.SIGKILL


async def test_a_relay_that_hangs_while_it_leads_is_followed_by_another(house: TallyHouse) -> None:
    with ExitStack() as running:
        running.enter_context(replica(consumer, house.address))
        hanging = running.enter_context(replica(relay, house.address))
        async with house.commands(pause_s=0.2):
            await house.goes_on(50)
            assert hanging.pid is not None
            os.kill(hanging.pid, signal.SIGSTOP)
            running.enter_context(replica(relay, house.address))
            await house.goes_on(600, within_s=60)
            os.kill(hanging.pid, signal.SIGCONT)
            await house.goes_on(50)
        assert await house.judged() == FAULTLESS
