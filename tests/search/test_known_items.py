"""A remembered story is found, whatever forms of its words are typed."""

from pathlib import Path

from tests.search.known_items import QUERIES, filled, fts5_search, queries, score, warta_search


def test_a_known_story_is_among_the_first_ten_hits_for_98_of_100_queries(tmp_path: Path) -> None:
    archive, stories = filled(tmp_path)
    known = queries(stories)
    assert len(known) == QUERIES
    got = score(warta_search(archive), known)
    assert got.found >= 0.98 * QUERIES
    assert got.first > score(fts5_search(archive, " OR "), known).first
    assert score(fts5_search(archive, " AND "), known).found == 0
