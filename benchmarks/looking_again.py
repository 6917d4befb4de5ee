"""How soon edits and withdrawals are noticed, and what looking again costs: simulated years of a bureau's news, hourly
runs against the real frontier in virtual time, without a network.

python -m benchmarks.looking_again [DAYS] [ARCHIVE] [PER_DAY]     730 days, 5,000 stories before, 20 stories a day

Assumed, not measured: of all stories, published at any hour, one in five is edited and one in fifty withdrawn. Of these
changes 75 % come within a day, 13 % within the first month, the others at any age: evenly spread over the rest of the
simulated time. The stories that were there before are up to ten years old; their late changes are as frequent. A third
of the late withdrawals takes three to eight stories in a row. What nobody could notice is counted apart: what happened
before a story was first read (within the hour), and an edit that a withdrawal overtook before the next look.
"""

from __future__ import annotations

import sys
import tempfile
import time
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from unittest.mock import patch

from archive.extract.listings import Listed
from archive.sites import SITES, Address
from archive.store.database import Archive
from archive.store.frontier import Frontier
from archive.store.ladder import EARLY_STEPS
from archive.store.looking_again import Allowance
from archive.store.pages import Page
from archive.store.runs import end_run, start_run
from archive.store.timestamps import iso_utc
from archive.warc.account import RunStart

SITE = SITES["antara-kaltim"]
BEGIN = datetime(2027, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
AGES = (("first day", 1), ("to 30 days", 30), ("to 90 days", 90), ("to 1 year", 365), ("older", 100_000))
OLD_STEPS = (*EARLY_STEPS, 180 * DAY)


@dataclass(slots=True)
class Change:
    """An edit or a withdrawal of a story."""

    what: str
    number: int
    at: datetime
    age: timedelta
    noticed_at: datetime | None = None
    could_be_seen: bool = True


@dataclass
class World:
    """Stories by number, with the time of publication, and what happens to them."""

    begin: datetime
    end: datetime
    published: dict[int, datetime] = field(default_factory=dict)
    changes: dict[int, list[Change]] = field(default_factory=lambda: defaultdict(list))

    @property
    def all_changes(self) -> list[Change]:
        return [change for changes in self.changes.values() for change in changes]

    def add(self, what: str, number: int, at: datetime) -> None:
        if self.begin <= at < self.end and not any(one.what == "withdrawal" for one in self.changes[number]):
            self.changes[number].append(Change(what, number, at, at - self.published[number]))


def made_up(days: int, before: int, per_day: int, *, seed: int = 1) -> World:
    random = Random(seed)
    world = World(BEGIN, BEGIN + days * DAY)
    past = sorted(BEGIN - 31 * DAY - random.random() * 3620 * DAY for _ in range(before))
    news = sorted(BEGIN + random.random() * days * DAY for _ in range(days * per_day))
    world.published = dict(enumerate([*past, *news], start=1))
    for number, at in world.published.items():
        for what, share in (("edit", 0.2), ("withdrawal", 0.02)):
            if random.random() < share:
                _change(world, random, what, number, at)
    for changes in world.changes.values():
        changes.sort(key=lambda change: change.at)
        last = next((place for place, change in enumerate(changes) if change.what == "withdrawal"), len(changes))
        del changes[last + 1 :]  # nothing happens to a story after it was withdrawn
    return world


def _change(world: World, random: Random, what: str, number: int, published: datetime) -> None:
    kind = random.random()
    if published >= world.begin and kind < 0.75:
        world.add(what, number, published + random.random() * DAY)
    elif published >= world.begin and kind < 0.88:
        world.add(what, number, published + DAY + random.random() * 29 * DAY)
    elif kind >= 0.88:
        late = max(published + 30 * DAY, world.begin)
        at = late + random.random() * (world.end - late)
        beside = random.randint(3, 8) if what == "withdrawal" and random.random() < 1 / 3 else 1
        for one in range(number, number + beside):
            if one in world.published and at - world.published[one] > 30 * DAY:
                world.add(what, one, at)


@dataclass
class Simulation:
    """Hourly runs over a world. `looks` counts requests for known stories by day, `old_looks` those for stories of more
    than 30 days; `longest_gap` is the longest time between two looks at one story."""

    world: World
    looks: Counter[int] = field(default_factory=Counter)
    old_looks: Counter[int] = field(default_factory=Counter)
    longest_gap: timedelta = timedelta(0)
    most_old_in_a_run: int = 0
    _looked_at: dict[int, datetime] = field(default_factory=dict)

    def run(self, data: Path, every: timedelta = HOUR) -> None:
        with Archive.open(data) as archive:
            archive.db.execute("PRAGMA synchronous = off")
            archive.db.execute("PRAGMA foreign_keys = off")  # the stories here have no captures
            self._fill(archive)
            news = iter([one for one in self.world.published.items() if one[1] >= self.world.begin])
            upcoming = next(news, None)
            now = self.world.begin
            while now < self.world.end:
                listed = list[Listed]()
                while upcoming is not None and upcoming[1] <= now:
                    listed.append(_listed(*upcoming))
                    upcoming = next(news, None)
                self._one_run(archive, now, listed)
                now += every
            for looked_at in self._looked_at.values():
                self.longest_gap = max(self.longest_gap, now - looked_at)

    def _fill(self, archive: Archive) -> None:
        """The archive before: each story was read when it was published, and looked at until now."""
        frontier = Frontier(archive, SITE)
        with archive.writing():
            for number, at in self.world.published.items():
                if at >= self.world.begin:
                    break
                frontier.discover([_listed(number, at)], on="/terkini", at=at)
                _shelve(archive, number, at)
                frontier.unchanged(_url(number), _id(number), at=at)
                for step in OLD_STEPS:
                    if at + step < self.world.begin:
                        frontier.unchanged(_url(number), _id(number), at=at + step)
                self._looked_at[number] = self.world.begin

    def _one_run(self, archive: Archive, now: datetime, listed: list[Listed]) -> None:
        run_id = start_run(archive, RunStart(SITE.name, SITE.origin, now, {}))
        frontier = Frontier(archive, SITE)
        if listed:
            frontier.discover(listed, on="/terkini", at=now)
        asked = old = 0
        clock = now
        while due := frontier.due(before=now, limit=100, now=clock + timedelta(microseconds=1)):
            for page in due:
                clock += timedelta(milliseconds=1)
                asked += 1
                old += self._look(archive, frontier, page, clock)
        self.most_old_in_a_run = max(self.most_old_in_a_run, old)
        end_run(archive, run_id, {"verdict": "well", "read": asked, "finished_at": iso_utc(now)})

    def _look(self, archive: Archive, frontier: Frontier, page: Page, now: datetime) -> bool:
        """What a story's page answers; whether it is an old story."""
        number = int((page.article_id or "").rpartition("/")[2])
        is_first = not page.was_read and page.state == "new"
        past = [change for change in self.world.changes.get(number, ()) if change.at <= now]
        if past and past[-1].what == "withdrawal":
            if not page.was_read:
                past[-1].could_be_seen = False
            if frontier.missing(page, at=now, reason="HTTP 404"):
                past[-1].noticed_at = now
        else:
            if not page.was_read:
                _shelve(archive, number, now)
            frontier.unchanged(page.url, page.article_id or "", at=now)
        for change in past:
            if is_first or (change.what == "edit" and change.noticed_at is None and past[-1].what == "withdrawal"):
                change.could_be_seen = change.noticed_at is not None and not is_first
            if change.what == "edit" and change.noticed_at is None and past[-1].what == "edit":
                change.noticed_at = now
        is_old = now - self.world.published[number] > 30 * DAY
        if page.was_read:
            day = (now - self.world.begin) // DAY
            self.looks[day] += 1
            self.old_looks[day] += is_old
            self.longest_gap = max(self.longest_gap, now - self._looked_at[number])
        if page.was_read or not (past and past[-1].what == "withdrawal"):
            self._looked_at[number] = now
        return is_old


def _url(number: int) -> str:
    return f"{SITE.origin}/berita/{number}/judul"


def _id(number: int) -> str:
    return f"{SITE.name}/{number}"


def _listed(number: int, at: datetime) -> Listed:
    return Listed(address=Address("article", number, _url(number)), title="Judul", published_at=at)


def _shelve(archive: Archive, number: int, at: datetime) -> None:
    """The row of a story; its text is of no matter here."""
    values = {"key": number, "id": _id(number), "site": SITE.name, "number": number, "url": _url(number)}
    values |= {"title": "", "body": "", "word_count": 0, "layout": "", "first_seen_at": iso_utc(at), "fingerprint": ""}
    archive.insert("articles", values | {"capture_id": 0})


@contextmanager
def ending_at_180_days() -> Iterator[None]:
    """The rules before: 1 h, 6 h, 1 d, 3 d, 7 d, 30 d, 180 d, then no more; no allowance, no neighbours."""

    def next_check(first: datetime, now: datetime, **_: object) -> datetime | None:
        return next((first + step for step in OLD_STEPS if first + step > now), None)

    with ExitStack() as stack:
        for name, put in (
            ("next_check", next_check),
            ("allowance", lambda *_, **__: Allowance(1 << 40, 1 << 40, 1 << 40, 1 << 40, 0)),
            ("call_neighbours", lambda *_, **__: None),
            ("iso_utc", lambda at: None if at is None else iso_utc(at)),
        ):
            stack.enter_context(patch(f"archive.store.frontier.{name}", put))
        yield


def share_noticed(changes: list[Change]) -> float:
    return sum(change.noticed_at is not None for change in changes) / len(changes) if changes else 1.0


def by_age(changes: list[Change]) -> dict[str, list[Change]]:
    limits = [timedelta(days=days) for _, days in AGES]
    found: dict[str, list[Change]] = {name: [] for name, _ in AGES}
    for change in changes:
        found[AGES[bisect_right(limits, change.age)][0]].append(change)
    return found


def _shown(delays: list[timedelta]) -> str:
    if not delays:
        return "-"
    hours = median(delay / HOUR for delay in delays)
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:.0f} d"


def show(name: str, simulation: Simulation, seconds: float) -> None:
    world = simulation.world
    changes = [change for change in world.all_changes if change.could_be_seen]
    edits, withdrawals = ([one for one in changes if one.what == what] for what in ("edit", "withdrawal"))
    days = (world.end - world.begin) // DAY
    print(f"{name}: noticed at the end {share_noticed(changes):.4f} of {len(changes):,} changes", end="")
    print(f" ({share_noticed(edits):.4f} of {len(edits):,} edits, {share_noticed(withdrawals):.4f}", end="")
    print(f" of {len(withdrawals):,} withdrawals; {len(world.all_changes) - len(changes)} more could not be seen)")
    settled = [one for one in changes if one.at < world.end - 367 * DAY]
    print(f"  of the {len(settled):,} that happened more than a year before the end {share_noticed(settled):.4f}")
    for age, some in by_age(changes).items():
        delays = [one.noticed_at - one.at for one in some if one.noticed_at is not None]
        print(f"  {age:<10} {len(some):>5} changes, {share_noticed(some):.3f} noticed, median after {_shown(delays)}")
    year = range(max(days - 365, 0), days)
    print(
        f"  looks a day in the last year: {sum(simulation.looks[day] for day in year) / len(year):.0f}, of them at old"
        f" stories {sum(simulation.old_looks[day] for day in year) / len(year):.0f}"
        f" (most {max(simulation.old_looks[day] for day in year)}); most in a run {simulation.most_old_in_a_run}"
    )
    print(f"  longest time without a look: {simulation.longest_gap / DAY:.1f} days; simulated in {seconds:.0f} s")


def main(days: int = 730, before: int = 5000, per_day: int = 20) -> None:
    print(f"{days} days, {before:,} stories before, {per_day} stories a day, a run each hour")
    for name in ("old ladder, ends at 180 days", "looking again for ever"):
        with ExitStack() as stack:
            if name.startswith("old"):
                stack.enter_context(ending_at_180_days())
            simulation = Simulation(made_up(days, before, per_day))
            started = time.monotonic()
            simulation.run(Path(stack.enter_context(tempfile.TemporaryDirectory())))
            show(name, simulation, time.monotonic() - started)


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
