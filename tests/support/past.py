"""Writes WARC files as runs of a past day would have: their names have the time at which they were begun."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, tzinfo
from typing import Any
from unittest import mock


@contextmanager
def writing_at(moment: datetime) -> Iterator[None]:
    """Within the block, files of a WarcWriter are begun at this time, which is aware."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return moment.astimezone(tz)

    with mock.patch("archive.warc.writer.datetime", Then):
        yield
