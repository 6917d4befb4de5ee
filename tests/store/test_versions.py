"""Versions are compared word by word: which words were removed and which were added."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from archive.store.versions import compare


def told(old: str, new: str) -> list[list[tuple[str, str]]]:
    return [[(piece.kind, piece.text) for piece in paragraph] for paragraph in compare(old, new)]


def test_versions_are_compared_word_by_word_and_paragraphs_that_are_the_same_left_out() -> None:
    assert told("Satu dua.\n\nTiga empat lima.", "Satu dua.\n\nTiga lima.\n\nEnam.") == [
        [("=", "Tiga"), ("-", "empat"), ("=", "lima.")],
        [("+", "Enam.")],
    ]
    assert told("sama", "sama") == []
    assert told("", "baru") == [[("+", "baru")]]
    assert told("177 rumah", "212 rumah") == [[("-", "177"), ("+", "212"), ("=", "rumah")]]


def test_a_paragraph_that_both_have_is_no_edit_whatever_came_before_it() -> None:
    assert told("di di\n\ndi dan", "desa dan di\n\ndi di\n\ndi dan akhir") == [
        [("+", "desa dan di")],
        [("=", "di dan"), ("+", "akhir")],
    ]


def test_what_is_very_long_is_compared_as_a_whole() -> None:
    old, new = (" ".join(f"{name}{number}" for number in range(40_000)) for name in "ab")
    assert told(f"awal {old} akhir", f"awal {new} akhir") == [[("=", "awal"), ("-", old), ("+", new), ("=", "akhir")]]


def test_words_said_very_often_are_compared_like_others() -> None:
    """difflib takes minutes for these."""
    [paragraph] = told(" ".join(["a"] * 1400 + ["x"] + ["a"] * 1400), " ".join(["a", "b"] * 1400))
    assert [text for kind, text in paragraph if kind != "="].count("b") == 1400


words = st.lists(st.sampled_from("satu dua tiga".split()), max_size=30).map(" ".join)


@given(words, words)
def test_no_word_is_told_wrong(old: str, new: str) -> None:
    for paragraph in told(old, new):
        assert " ".join(text for kind, text in paragraph if kind != "+") == old
        assert " ".join(text for kind, text in paragraph if kind != "-") == new
    assert (told(old, new) == []) == (old == new)


@given(st.lists(words, max_size=5).map("\n\n".join), st.lists(words, max_size=5).map("\n\n".join))
def test_what_went_and_what_came_make_the_new_text_of_the_old(old: str, new: str) -> None:
    counts = Counter(old.split())
    for kind, text in (piece for paragraph in told(old, new) for piece in paragraph):
        if kind != "=":
            counts.update({word: (1 if kind == "+" else -1) * n for word, n in Counter(text.split()).items()})
    assert +counts == Counter(new.split())
