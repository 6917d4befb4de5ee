"""Stops a rebuild or an import after some slices, and records which slices were read."""

from __future__ import annotations

import pytest

from archive.ingest import workers
from archive.ingest.pipeline import StoppedError
from archive.ingest.scan import Slice
from archive.ingest.spool import Packed, read_packed


class SlicesRead(list[Slice]):
    """Collects the slices that are read from now on, each of `records` records. `stop`, as the callback for progress,
    raises StoppedError after the slice with the number `last`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, records: int, last: int) -> None:
        self._last = last
        monkeypatch.setattr("archive.ingest.scan.SLICE_RECORDS", records)
        monkeypatch.setattr(workers, "read_packed", self._read)

    def _read(self, part: Slice) -> Packed:
        self.append(part)
        return read_packed(part)

    def stop(self, done: int, total: int, pages: int) -> None:
        if len(self) == self._last:
            raise StoppedError
