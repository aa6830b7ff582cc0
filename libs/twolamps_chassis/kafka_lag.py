"""Does every partition go on? The gauge twolamps_consumer_lag says how much of each its group has not confirmed yet.

Promises: what stands still for whatever reason (a record that the library cannot read, a batch that keeps failing) shows
as a lag that grows while others do not; a log line may not exist. What the log has no more is no lag.
"""

from typing import TYPE_CHECKING

from prometheus_client import Gauge

if TYPE_CHECKING:
    from faststream.kafka.subscriber.usecase import BatchSubscriber

LAG = Gauge("twolamps_consumer_lag", "Records not confirmed yet, by group and partition", ["group", "partition"])


async def measure_lag(subscriber: "BatchSubscriber") -> None:
    """Set the gauge for the partitions that this process has now; those it lost are no longer told. Asks Kafka."""
    consumer, group = subscriber.consumer, str(subscriber.group_id)
    if consumer is None:
        return
    ends = await consumer.end_offsets(consumer.assignment())
    begins = await consumer.beginning_offsets(list(ends))
    lags = {
        place.partition: end - max(await consumer.committed(place) or 0, begins[place]) for place, end in ends.items()
    }
    LAG.remove_by_labels({"group": group})
    for partition, lag in lags.items():
        LAG.labels(group, str(partition)).set(lag)
