"""What if a header's name is not UTF-8? Kafka does not look; aiokafka decodes it while it takes records from a fetch.

There it raises, again and again: that partition stands still for ever, and what was just taken from other partitions is
dropped behind their moved positions. Promises: once `accept_any_header_name` was called, such a name is read with the bytes
that are none written as \\xff, and its record is settled like any other. What aiokafka can read, it reads as before.
"""

from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords, _MemoryRecordsPy

MAGIC = 16  # where a batch says its format: the formats before 2 have no headers


class _Bytes(bytearray):
    """Bytes that always decode."""

    def __getitem__(self, place: Any) -> Any:
        part = super().__getitem__(place)
        return _Bytes(part) if isinstance(place, slice) else part

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


class _PatientBatch(_DefaultRecordBatchPy):  # type: ignore[misc]  # final, says the library
    _buffer: Any

    def _maybe_uncompress(self) -> None:
        super()._maybe_uncompress()
        self._buffer = _Bytes(self._buffer)


class _PatientRecords(_MemoryRecordsPy):  # type: ignore[misc]
    def next_batch(self) -> Any:
        whole = self._next_slice
        batch = super().next_batch()
        return _PatientBatch(whole) if whole is not None and whole[MAGIC] >= 2 else batch


class _KeptRecords(MemoryRecords):  # type: ignore[misc]
    """What was fetched, with its bytes."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.data = data


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    _records: Any

    def __next__(self) -> Any:
        try:
            return super().__next__()
        except UnicodeDecodeError:  # read again, from where the good ones ended
            self._records, self._records_iterator = _PatientRecords(self._records.data), self._unpack_records()
            return super().__next__()


def accept_any_header_name() -> None:
    """From here on, in this process."""
    fetcher.MemoryRecords, fetcher.PartitionRecords = _KeptRecords, _PartitionRecords
