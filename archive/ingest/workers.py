"""Mapping `read_packed` over slices: in this process, in several, or on a cluster."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice

from archive.ingest.scan import Slice
from archive.ingest.spool import Packed, read_packed
from archive.store.database import ArchiveError

SLICES_AHEAD = 3
"""Slices handed out for each process: none waits for work, few are lost by an interruption."""


@contextmanager
def executor_of(workers: int, scheduler: str | None) -> Iterator[tuple[Executor | None, int]]:
    """(executor, how many processes it has); no executor where one process, this one, is enough. `scheduler` is the
    address of a Dask cluster, whose workers see the WARC files at the same path. Raises ArchiveError without one."""
    if scheduler is not None:
        try:
            from distributed import Client
        except ImportError as error:
            raise ArchiveError("--scheduler needs the extra `cluster`: pip install '.[cluster]'.") from error
        try:
            client = Client(scheduler, timeout=10)
        except (OSError, ValueError) as error:
            raise ArchiveError(f"No scheduler answers at {scheduler}: {error}.") from error
        with client:
            if not (processes := sum(client.ncores().values())):
                raise ArchiveError(f"The cluster at {scheduler} has no workers.")
            yield client.get_executor(pure=False), processes
    elif workers == 1:
        yield None, 1
    else:
        # From a server of their own, not from this process: a fork would take the lock on the archive along, and the
        # thread that draws the progress.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["archive.ingest.spool"])
        with ProcessPoolExecutor(workers, context, initializer=_follow_the_parent) as pool:
            try:
                yield pool, workers
            finally:
                pool.shutdown(cancel_futures=True)


def read_slices(parts: Iterable[Slice], executor: Executor | None, processes: int) -> Iterator[tuple[Slice, Packed]]:
    """Each slice and what was read from it, in the order in which they are done."""
    if executor is None:
        for part in parts:
            yield part, read_packed(part)
        return
    parts = iter(parts)
    waiting: dict[Future[Packed], Slice] = {}
    while True:
        for part in islice(parts, processes * SLICES_AHEAD - len(waiting)):
            waiting[executor.submit(read_packed, part)] = part
        if not waiting:
            return
        for future in wait(waiting, return_when=FIRST_COMPLETED).done:
            yield waiting.pop(future), future.result()


def _follow_the_parent() -> None:
    """A worker leaves interrupts to its parent, and ends when that ends, however it does: else it would wait for work
    for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
