"""The real pages are read at least as well as the floors say (see tests/world.py), where there are any."""

from __future__ import annotations

import json

import pytest

from tests.world import FLOORS, SHARED, pages_read_right


@pytest.mark.skipif(not SHARED.is_dir(), reason="no real pages beside the repository")
def test_real_pages_are_read_as_well_as_before() -> None:
    right, of = pages_read_right()
    floors = json.loads(FLOORS.read_text())["pages"]
    assert {name: right.get(name, 0) for name in floors if right.get(name, 0) < floors[name]} == {}
    assert sum(floors.values()) <= of
