"""When a known story is due again: at ever longer intervals, and for ever, since old stories are what vanishes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from archive.sites.site import LAST_EARLY_DAY, LOOK_AGAIN_DAYS

EARLY_STEPS = tuple(timedelta(hours=hours) for hours in (1, 6, 24, 3 * 24, 7 * 24, LAST_EARLY_DAY * 24))
"""Ages, counted from the first reading, at which a story is looked at again while it is young: most edits and
withdrawals come early. The later steps are the site's (`Site.look_again_days`). Chosen, not measured."""
YOUNG = EARLY_STEPS[-1]
"""A story that was first read longer ago is an old one."""


def next_check(first: datetime, now: datetime, *, key: str, days: Sequence[int] = LOOK_AGAIN_DAYS) -> datetime:
    """When a story first read (or missed) at `first` is due again after `now`.

    After EARLY_STEPS there is one look between each of the site's steps `days` and the step before it, never later than
    the step. Where between the two is decided by `key`, the story's id, so that stories of one day are not all due on
    one day, and a rebuild comes to the same times. The last step is repeated for ever.
    """
    for step in EARLY_STEPS:
        if first + step > now:
            return first + step
    place = _place(key)
    steps = late_steps(days)
    for lower, upper in pairwise(steps):
        due_at = first + upper - place * (upper - lower)
        if due_at > now:
            return due_at
    period = steps[-1]
    start = first + period - place * period
    return start + period * max((now - start) // period + 1, 1)


def late_steps(days: Sequence[int]) -> tuple[timedelta, ...]:
    """The last early step, and the site's steps after it."""
    return YOUNG, *(timedelta(days=step) for step in days)


def longest_wait(days: Sequence[int]) -> timedelta:
    """The longest time between two looks at a story, when each comes as soon as it is due."""
    steps = late_steps(days)
    return max(steps[-1], *(upper - lower for lower, upper in pairwise((*EARLY_STEPS, *steps[1:]))))


def _place(key: str) -> float:
    """A number from 0 to 1, always the same for the same key, and evenly spread over many keys."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6]) / (1 << 48)
