"""What holds of the world outside: situations from the field and real pages, which nobody here wrote.

    python -m tests.world            tries both, prints the figures, exits with 1 where fewer hold than the floor
    python -m tests.world --raise    writes what holds now into the floors, where it is more

The situations and pages stand in a folder beside this repository, `../shared`; without it there is nothing to try. The
floors (world.json) only rise.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHARED = HERE.parent.parent / "shared"
FLOORS = HERE / "world.json"

Figures = dict[str, int]


def cases_that_hold() -> tuple[Figures, int]:
    """(kind -> the number of its cases that hold, the number of all cases). A case that fails is tried once more: it
    may have been too slow on a busy machine."""
    held: Counter[str] = Counter()
    first = _run_cases()
    again = _run_cases(*(name for name, holds in first.items() if not holds)) if not all(first.values()) else {}
    for name, holds in (first | again).items():
        held[name.partition(".")[0]] += holds
        if not holds:
            print(f"fails: {name}")
    return dict(held), len(first)


def _run_cases(*names: str) -> dict[str, bool]:
    warta = Path(sys.executable).with_name("warta")
    ended = subprocess.run(
        [sys.executable, SHARED / "cases" / "run.py", *names],
        env=os.environ | {"WARTA": str(warta)},
        capture_output=True,
        text=True,
        check=False,
    )
    lines = [line.split(maxsplit=1) for line in ended.stdout.splitlines()]
    return {line[1].partition(":")[0]: line[0] == "holds" for line in lines if line[:1] in (["holds"], ["FAILS"])}


def pages_read_right() -> tuple[Figures, int]:
    """("group.field" -> the number of values read right, the number of all values) of the real pages."""
    pages = SHARED / "real" / "pages"
    ended = subprocess.run(
        [sys.executable, pages / "check.py", pages, "--json"], capture_output=True, text=True, check=False
    )
    told = json.loads(ended.stdout)
    for name, faults in told["wrong"].items():
        print(f"read wrong: {name}: {'; '.join(faults)}"[:300])
    right = {
        f"{group}.{field}": counts["right"]
        for group, fields in told["groups"].items()
        for field, counts in fields.items()
        if field != "author"
    }
    return right, told["of"]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--raise", action="store_true", dest="rises", help="write what holds now into the floors")
    arguments = parser.parse_args()
    if not SHARED.is_dir():
        print(f"{SHARED} is not here: nothing to try.")
        return 0
    floors: dict[str, Figures] = json.loads(FLOORS.read_text())
    fallen = []
    for what, (figures, of) in (("cases", cases_that_hold()), ("pages", pages_read_right())):
        print(f"{what}: {sum(figures.values())} of {of} hold, the floor is {sum(floors[what].values())}")
        fallen += [
            f"{what}, {name}: {figures.get(name, 0)} hold, the floor is {floor}"
            for name, floor in floors[what].items()
            if figures.get(name, 0) < floor
        ]
        if arguments.rises:
            floors[what] |= {name: max(held, floors[what].get(name, 0)) for name, held in figures.items()}
    if arguments.rises:
        FLOORS.write_text(json.dumps(floors, indent=2, sort_keys=True) + "\n")
    print(*fallen, sep="\n", end="\n" if fallen else "")
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
