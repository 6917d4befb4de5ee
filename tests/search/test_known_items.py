"""Who remembers a story finds it, whatever forms of its words they type."""

from pathlib import Path

from tests.search.known_items import QUERIES, filled, ours, plain, queries, score


def test_a_known_story_is_among_the_first_ten_hits_for_98_of_100_queries(tmp_path: Path) -> None:
    archive, stories = filled(tmp_path)
    asked = queries(stories)
    assert len(asked) == QUERIES
    got = score(ours(archive), asked)
    assert got.found >= 0.98 * QUERIES
    assert got.first > score(plain(archive, " OR "), asked).first
    assert score(plain(archive, " AND "), asked).found == 0
