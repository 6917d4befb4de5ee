"""Reads slices in this process, in several, or on a Dask cluster."""

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
"""Slices submitted for each process: enough that none waits for work, few enough that an interruption costs little.
Chosen, not measured."""


@contextmanager
def executor_of(workers: int, scheduler: str | None) -> Iterator[tuple[Executor | None, int]]:
    """(executor, its number of processes); (None, 1) for one worker, which is this process. `scheduler` is the address
    of a Dask scheduler, whose workers must see the WARC files at the same path. Raises ArchiveError if it does not
    answer or has no workers."""
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
        # Not forked from this process: the workers would inherit its lock on the archive and the state of its threads.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["archive.ingest.spool"])
        with ProcessPoolExecutor(workers, context, initializer=_follow_the_parent) as pool:
            try:
                yield pool, workers
            finally:
                pool.shutdown(cancel_futures=True)


def read_slices(parts: Iterable[Slice], executor: Executor | None, processes: int) -> Iterator[tuple[Slice, Packed]]:
    """(slice, what was read from it) of each slice, in the order in which they are finished."""
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
    """Makes a worker leave interrupts to its parent, and end when the parent does; a parent that is killed would leave
    it waiting for work for ever."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_parent, daemon=True).start()


def _end_with_the_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
