"""Reading of the newsroom's pages, in all layouts, is not below the shares that were reached before (floors.json)."""

from __future__ import annotations

from typing import get_args

import pytest

from crawler.newsroom.story import SiteName
from tests.reading import quality
from tests.reading.quality import MEASURES, words_right

AIMS = dict.fromkeys(("title", "pewarta", "editor", "published_at", "credit", "is_advertorial", "dateline"), 0.995)
AIMS |= {"body F1": 0.995, "body exactly right": 0.97}


@pytest.fixture(scope="module")
def measured() -> quality.Quality:
    return quality.measure(quality.warta)


@pytest.mark.parametrize("site", get_args(SiteName))
def test_no_share_is_below_its_floor(measured: quality.Quality, site: str) -> None:
    shares, floors = measured.shares()[site], quality.floors()[site]
    assert set(floors) == set(MEASURES)
    lower = {name: (shares[name], floor) for name, floor in floors.items() if shares[name] < floor}
    assert lower == {}, dict(measured.wrong)


@pytest.mark.parametrize("site", get_args(SiteName))
def test_no_floor_is_below_its_aim(site: str) -> None:
    floors = quality.floors()[site]
    assert {name: floors[name] for name, aim in AIMS.items() if floors[name] < aim} == {}


def test_words_are_counted_as_bags() -> None:
    assert words_right("a b b", "a b b") == (1, 1, 1)
    assert words_right("a b b c", "a b") == pytest.approx((0.5, 1, 2 / 3))
    assert words_right("", "a") == (0, 0, 0)
