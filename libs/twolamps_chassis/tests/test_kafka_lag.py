"""How much has a group still to read? Never what is not there any more."""

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete
from prometheus_client import REGISTRY

from pairing.main import compose
from twolamps_chassis import kafka_consumers
from twolamps_chassis.consumers import Consumer
from twolamps_chassis.couples import Couples
from twolamps_chassis.kafka_lag import measure_lag
from twolamps_chassis.kafka_topics import admin_client
from twolamps_testkit.servers import Kafka
from twolamps_testkit.stage import Stage, eventually


async def test_what_was_deleted_before_a_group_ever_read_is_no_lag(stage: Stage, kafka: Kafka) -> None:
    topic = await kafka.make_topic(1)
    async with AIOKafkaProducer(bootstrap_servers=kafka.servers) as producer:
        for _ in range(5):
            await producer.send_and_wait(topic, b"x")
    async with admin_client(kafka.servers) as admin:
        await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(before_offset=5)})
    await stage.start(pairing=compose)
    broker = kafka_consumers.make_broker(kafka.servers)
    consumer = Consumer(stage.tables("pairing"), "pairing", Couples(), {})
    subscriber = kafka_consumers.subscribe(broker, consumer, topic)
    await kafka_consumers.start(broker, kafka.servers)

    async def lag() -> float | None:
        await measure_lag(subscriber)
        return REGISTRY.get_sample_value("twolamps_consumer_lag", {"group": f"pairing.{topic}", "partition": "0"})

    try:
        assert await eventually(lag, until=lambda found: found is not None) == 0
    finally:
        await broker.stop()
