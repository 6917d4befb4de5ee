"""Words are found however they are written: numbers glued to units, other alphabets, invisible signs, compounds."""

from __future__ import annotations

import sqlite3
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extract.folding import fold, index_words, joined_words, placed_tokens, tokens
from archive.search.compounds import compound_of, written_apart
from archive.search.engine import search
from archive.search.fts import Query
from archive.search.highlight import MARK_END, MARK_START
from archive.search.query_syntax import with_years_as_dates
from archive.search.spellings import spellings
from archive.search.vocabulary import update_terms
from archive.store.database import Archive, database_path
from archive.store.migrations import TOKENIZER
from tests.support.shelf import shelve

# What is printed -> what is typed, each of which finds it.
FOUND: dict[str, list[str]] = {
    # Numbers and what is written to them
    "Denda Rp750.000 berlaku": ["750.000", "Rp750.000", "Rp 750.000", "rp. 750.000", "750000", '"denda Rp 750.000"'],
    "Denda Rp 750.000,00 berlaku": ["Rp750.000", "750.000", "Rp750000"],
    "Dana Rp3,4 triliun cair": ["Rp 3,4 triliun", "3,4 triliun", '"3,4 triliun cair"', "3,4triliun"],
    "Dana Rp 3,4 triliun cair": ["Rp3,4 triliun", "3,4 triliun", '"dana Rp3,4"'],
    "Upah 2750000 sebulan": ["2.750.000", "Rp2.750.000 OR 2.750.000", "2750000"],
    "Nilai US$1.900 dan USD4,5 juta": ["US$ 1.900", "USD 4,5 juta", "usd4,5", "1.900"],
    "Beras 25kg": ["25 kg", "25kg", "25", '"beras 25"'],
    "Beras 25 kg": ["25kg"],
    "Warga RT07/RW03": ["RT 07", "RT07", "RT.07", "RW 03", "RT 07 RW 03"],
    "Warga RT.07/RW.03": ["RT07", "RW03", "RT 07"],
    "Melanggar Pasal34 ayat(2)": ["pasal 34", "pasal34", "34", "ayat 2"],
    "Melanggar Pasal 34 UU No.17/2014": ["pasal34", "No.17", "no 17", "no17", "17/2014"],
    "Naik 3x lipat dan 15persen": ["3x", "3 x", "15 persen", "15"],
    "Sekitar 6.000-an orang, gaya 90an": ["6.000-an", "6.000", "6.000 an", "90-an", "90 an"],
    "Kecepatan 80km/jam": ["80 km/jam", "80km/jam", "km/jam"],
    "Mulai 19.30WITA": ["19.30 WITA", "19.30", "wita"],
    "Mulai 19.30 WITA": ["19.30WITA"],
    "Hari jadi ke-66, lalu ke 67": ["ke66", "ke 66", "ke-67", "66"],
    "Wabah H5N1 dan Covid19": ["H5N1", "h 5 n 1", "covid-19", "covid 19"],
    "Wabah Covid-19": ["covid19", "COVID 19"],
    "Timnas U-23, forum G20, biodiesel B35": ["U23", "U 23", "G-20", "B 35"],
    "Lahan 2x3m, 2.400m2 dan 7 km²": ["2x3", "2 x 3", "2.400 m2", "2400 m2", "7 km2", "m²", "7km²"],
    "Kilometer KM38 poros": ["km 38", "km.38", "KM38"],
    "Mobil KT8765CD": ["KT 8765 CD", "kt8765cd", "8765"],
    "Terbit 17Agustus2021": ["17 agustus 2021", "agustus", "17"],
    "Biaya Rp.3jt/bulan": ["Rp 3 jt", "3jt", "3 jt"],
    # Hyphens and apostrophes
    "Cetak e-KTP": ["ektp", "e ktp", "e-ktp"],
    "Salat Jum’at": ["jumat", "jum'at", "jum`at", "jum\u02bcat"],
    "Salat Jumat": ["jum'at"],
    "Kitab Al-Qur'an": ["alquran", "al quran", "al-quran", "al-qur’an", "alqur'an"],
    "Kartu pra-kerja": ["prakerja", "pra kerja"],
    "Kartu prakerja": ["pra-kerja", "pra kerja"],
    "Sikap tak-terduga": ["takterduga"],
    "Tokoh Sya\u02bcban dan Sya\u2018ban": ["sya'ban", "syaban", "sya’ban", "sya`ban"],
    # Alphabets and invisible signs
    "上海代表团今天抵达三马林达": ["上海", "代表团", "抵达", "团"],
    "大阪タワーで会議": ["大阪", "タワー", "会議"],
    "การเมืองไทยวันนี้": ["ไทย", "วันนี้"],
    "부산에서 열린 회의": ["부산", "회의"],
    "كِتَابٌ مُقَدَّسٌ": ["كتاب", "مقدس"],
    "إسلام كـــريم": ["اسلام", "كريم"],
    "שָׁלוֹם": ["שלום"],
    "Sa\u200bwah me\u00adngering, ja\u200cgung la\u2060yu \ufeffsudah": [
        "sawah",
        "mengering",
        "jagung",
        "layu",
        "sudah",
    ],
    "\u202bLongkali\u202c kering": ["longkali"],
    "Kering\u200bKerontang": ["kering", "kerontang", "keringkerontang"],
    "𝗞𝗮𝗯𝘂𝘁 𝑡𝑒𝑏𝑎𝑙 ⓟⓔⓚⓐⓣ ｓｅｋａｌｉ": ["kabut", "tebal", "pekat", "sekali"],
    "Kabut™ 7㎏ №9": ["kabut", "7 kg", "no 9"],
    "Cre\u0300me Mu\u0308nchen Phạm Gdańsk Đặng": ["crème", "creme", "munchen", "pham", "gdansk", "dang"],
    "Iğneada Diyarbakır": ["igneada", "diyarbakir", "DİYARBAKIR", "DIYARBAKIR"],
    "Großmarkt ﬂora Bjørn": ["grossmarkt", "flora", "bjorn", "GROSSMARKT"],
    "Алёна Йошкар": ["алена", "Алёна", "йошкар"],
    "Ἀθήνα πόλις": ["αθηνα", "πολισ"],
    "२५० और ٣٠٠": ["250", "300"],
    # Compounds
    "Mereka bekerjasama": ["kerja sama", "bekerja sama", "kerjasama"],
    "Mereka bekerja sama": ["kerjasama", "bekerjasama"],
    "Bentuk kerja samanya": ["kerjasamanya", "kerjasama"],
    "Harus dipertanggungjawabkan": ["tanggung jawab", "tanggungjawab", "bertanggung jawab"],
    "Laporan pertanggung jawaban": ["pertanggungjawaban"],
    "Ia bertanggung jawab": ["tanggungjawab", "mempertanggungjawabkan"],
    "Ucapan terimakasih": ["terima kasih", "berterima kasih"],
    "Ia berterima kasih": ["terimakasih"],
    "Pekan olah raga": ["olahraga", "keolahragaan"],
    "Pekan olahraga": ["olah raga"],
    "Ia memberitahukan": ["beri tahu"],
    "Ia diberi tahu": ["memberitahukan", "beritahu"],
    "Sebuah rumahsakit": ["rumah sakit"],
    "Sebuah rumah sakit": ["rumahsakit"],
    "Orangtuanya hadir": ["orang tua"],
    "Orang tuanya hadir": ["orangtua"],
    "Segera ditindak lanjuti": ["tindaklanjut", "menindaklanjuti"],
    "Segera menindaklanjuti": ["tindak lanjut"],
    "Sumberdaya alam": ["sumber daya alam"],
    "Arus lalulintas": ["lalu lintas"],
    "Kacamata hitam": ["kaca mata"],
    "Kaca mata hitam": ["kacamata"],
    "Telah ditandatangani": ["tanda tangan"],
    "Telah ditanda tangani": ["tandatangan", "menandatangani"],
    "Walikota baru": ["wali kota"],
    "Rapat antar daerah": ["antardaerah", "antar-daerah"],
    "Rapat antardaerah": ["antar daerah", "antar-daerah"],
    "Warga pasca-banjir": ["pascabanjir", "pasca banjir"],
    "Pelajar se-Kaltim": ["sekaltim", "se kaltim"],
    "Entah dimana": ["di mana"],
}


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    archive = Archive.open(tmp_path_factory.mktemp("words"))
    for number, text in enumerate(FOUND):
        shelve(archive, number, body=text)
    update_terms(archive)
    return archive


@pytest.mark.parametrize("text", FOUND)
def test_what_is_printed_is_found_as_people_type_it(printed: Archive, text: str) -> None:
    number = list(FOUND).index(text)
    missed = [
        typed
        for typed in (*FOUND[text], text.replace('"', " "))
        if f"antara-kaltim/{number}" not in {hit.id for hit in search(printed, Query(words=typed, limit=100)).hits}
    ]
    assert not missed


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("75 ribu", "Denda Rp750.000 ribu"),
        ("12 miliar", "Dana Rp1,2 miliar"),
        ("12.000", "Dana Rp120.000"),
        ("RT 7", "Warga RT07"),
        ('"kerja sama"', "Ia bekerjasama"),
        ("sama kerja", "Ia bekerjasama"),
        ("上京", "上海和北京"),
        ("padi", "pa di"),
        ("anakanak", "anak-anak"),
        ("jum at", "jumat"),
    ],
)
def test_other_words_are_not_found(tmp_path: Path, typed: str, text: str) -> None:
    archive = Archive.open(tmp_path)
    shelve(archive, 1, body=text)
    update_terms(archive)
    assert search(archive, Query(words=typed)).hits == []


def test_new_words_are_found_before_they_are_counted(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    shelve(archive, 1, body="Dana Rp350.000 untuk 上海代表团, pa\u200bdi")
    for typed in ("350.000", "Rp 350.000", "代表", "padi"):
        assert search(archive, Query(words=typed)).total == 1, typed


def test_words_follow_every_change_of_a_story(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    shelve(archive, 1, title="Dana Rp350.000", body="Beras 25kg", caption="Foto RT07")
    shelve(archive, 1, title="Dana Rp360.000", body="Beras 26kg", caption="Foto RT08")
    update_terms(archive)
    for typed, total in {"350.000": 0, "360.000": 1, "25 kg": 0, "26 kg": 1, "RT 07": 0, "RT 08": 1}.items():
        assert search(archive, Query(words=typed)).total == total, typed
    shelve(archive, 1, title="Dana", body="Beras", caption="Foto RT08")
    update_terms(archive)
    row = archive.rows("SELECT title_words, search_words FROM articles")[0]
    assert row == {"title_words": None, "search_words": "foto rt 08"}
    assert archive.row("SELECT 1 FROM terms WHERE form IN ('360', '26')") is None


def test_what_was_found_is_marked_where_it_stands(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    shelve(
        archive, 1, title="上海代表团", body="Denda Rp750.000, pa\u200bdi 𝗯𝗮𝗻𝗷𝗶𝗿 Jum’at, bekerjasama", published_at=None
    )
    update_terms(archive)

    def marked(typed: str) -> str:
        result = search(archive, Query(words=typed))
        (hit,) = result.hits
        text = f"{result.highlighter.highlight(hit.title)} | {hit.snippet}"
        return text.replace(f"{MARK_END}{MARK_START}", "").replace(MARK_START, "[").replace(MARK_END, "]")

    assert "Rp[750].[000]," in marked("750.000")
    assert "[pa\u200bdi]" in marked("padi")
    assert "[𝗯𝗮𝗻𝗷𝗶𝗿]" in marked("banjir")
    assert "[Jum]’[at]" in marked("jum'at")
    assert "上海[代表]团" in marked("代表")
    assert "[bekerjasama]" in marked("kerja sama")


# The rule


@given(st.text())
def test_any_text_is_cut_and_placed(text: str) -> None:
    words = tokens(text)
    assert tokens(" ".join(words)) == words
    assert all(word.isalnum() for word in words)
    places = [(start, end) for _, start, end in placed_tokens(text)]
    assert places == sorted(places)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert fold(fold(text)) == fold(fold(fold(text)))
    index_words(text)
    spellings(words)


def test_every_word_is_in_the_index_whatever_character_stands_at_it() -> None:
    """Cut by SQLite's tokenizer, a text and its words have all words that are typed for it: one rule on both sides."""
    characters = [chr(code) for code in (*range(0x80, 0x3100), *range(0xA000, 0xA100), *range(0x1F000, 0x1FB00))]
    db = sqlite3.connect(":memory:")
    db.execute(f'CREATE VIRTUAL TABLE cut USING fts5(text, words, tokenize="{TOKENIZER}")')
    db.execute("CREATE VIRTUAL TABLE known USING fts5vocab(cut, instance)")
    texts = [f"xa{character}bz" for character in characters]
    db.executemany("INSERT INTO cut VALUES (?, ?)", [(text, index_words(text)) for text in texts])
    known: dict[int, set[str]] = {}
    for term, row in db.execute("SELECT term, doc FROM known"):
        known.setdefault(row, set()).add(term)
    db.close()
    missing = {
        text: words - known[row]
        for row, text in enumerate(texts, 1)
        if not (words := {word for word in tokens(text) if word.isascii()}) <= known[row]
    }
    assert not missing


def test_only_what_is_cut_otherwise_is_in_the_index_twice() -> None:
    assert index_words("Bupati Paser: “kita bangun”, ujar Édouard — anak-anak 2.500 warga (12/3)", None, "") is None
    assert index_words("satu dua tiga empat Rp5 lima enam tujuh delapan") == "dua tiga empat rp 5 lima enam tujuh"
    assert index_words("Kartu pra-kerja dan pra-kerja") == "prakerja"
    assert joined_words("anak-anak sayur-mayur berlari-lari buah-buahan") == []
    assert joined_words("a-" * 30 + "b") == []


def test_numbers_are_spelled_with_and_without_points() -> None:
    assert spellings(("1250000",)) == [("1250000",), ("1", "250", "000")]
    assert spellings(("1", "250", "000")) == [("1", "250", "000"), ("1250000",)]
    assert spellings(("2020",)) == [("2020",)]
    assert spellings(("08", "00")) == [("08", "00")]
    assert set(spellings(("beras", "25", "kg"))) == {
        ("beras", "25", "kg"),
        ("beras25", "kg"),
        ("beras", "25kg"),
        ("beras25kg",),
    }
    assert len(spellings(tuple("a1b2c3d4e5"))) == 2


def test_compounds_are_known_with_their_affixes() -> None:
    forms = (
        "kerjasamanya bekerjasama dikerjasamakan mempertanggungjawabkan penyalahgunaan menindaklanjuti pemberitahuan"
    )
    assert [compound_of(form) for form in forms.split()] == [
        *["kerjasama"] * 3,
        *["tanggungjawab", "salahguna", "tindaklanjut", "beritahu"],
    ]
    assert [compound_of(word) for word in ("kerja", "sama", "pekerja", "tanggungan", "olahan", "berita")] == [None] * 6
    assert written_apart("pekerja", "sama") is None
    assert written_apart("kerja", "keras") is None


# Years


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("banjir 2020", "banjir sejak:2020 sampai:2020"),
        ("banjir tahun 2020", "banjir sejak:2020 sampai:2020"),
        ("2019 banjir kuaro 2021", "banjir kuaro sejak:2019 sampai:2021"),
        ('"banjir kuaro" 2020 situs:mc-paser', '"banjir kuaro" situs:mc-paser sejak:2020 sampai:2020'),
        ("banjir 2020.", "banjir sejak:2020 sampai:2020"),
        ("2020", None),
        ("tahun 2020", None),
        ("banjir 20200", None),
        ("banjir 3020", None),
        ("banjir -2020", None),
        ('"banjir 2020"', None),
        ("banjir =2020", None),
        ("banjir 2020 sejak:2019", None),
        ("banjir OR 2020", None),
        ("banjir", None),
        ("", None),
    ],
)
def test_a_year_among_the_words_may_be_a_date(typed: str, offered: str | None) -> None:
    assert with_years_as_dates(typed) == offered


def test_a_year_that_finds_nothing_is_offered_as_a_date_if_that_finds_something(tmp_path: Path) -> None:
    archive = Archive.open(tmp_path)
    shelve(archive, 1, body="Banjir besar")
    shelve(archive, 2, body="Longsor tahun 2026")
    update_terms(archive)

    def offered(words: str, **narrowed: str) -> str | None:
        return search(archive, Query(words=words, **narrowed)).year_query  # type: ignore[arg-type]

    assert offered("banjir 2026") == "banjir sejak:2026 sampai:2026"
    assert offered("banjir 2025") is None
    assert offered("longsor 2026") is None
    assert offered("banjir 2026", site="mc-paser") is None


# Older archives


def test_an_older_archive_gets_these_words_when_it_is_opened(tmp_path: Path) -> None:
    """What m007_words does, undone: then the archive is one of the warta before."""
    with Archive.open(tmp_path) as archive:
        for number, text in enumerate(FOUND):
            shelve(archive, number, title=f"Judul Rp{number}.000", body=text)
        update_terms(archive)
        words = archive.rows("SELECT key, title_words, search_words FROM articles")
    with sqlite3.connect(database_path(tmp_path)) as db:
        for name in ("articles_ai", "articles_ad", "articles_au", "terms_ai", "terms_ad", "terms_au"):
            db.execute(f"DROP TRIGGER {name}")
        db.execute("DROP TABLE articles_fts")
        columns = "title, body, pewarta, editor, caption, tags, lead"
        db.execute(
            f'CREATE VIRTUAL TABLE articles_fts USING fts5 ({columns}, content="articles", content_rowid="key",'
            f' tokenize="{TOKENIZER}")'
        )
        db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")
        for name in ("ai", "ad", "au"):
            event = {"ai": "INSERT", "ad": "DELETE", "au": "UPDATE"}[name]
            for table in ("articles", "terms"):
                db.execute(f"CREATE TRIGGER {table}_{name} AFTER {event} ON articles BEGIN SELECT 1; END")
        db.execute("DROP INDEX articles_url")
        for column in ("title_words", "search_words"):
            db.execute(f"ALTER TABLE articles DROP COLUMN {column}")
        db.execute("DELETE FROM _sqlite_migrations WHERE name = 'm007_words'")
        db.execute("DELETE FROM terms WHERE form < 'm'")
    db.close()
    with Archive.open(tmp_path) as archive:
        assert archive.rows("SELECT key, title_words, search_words FROM articles") == words
        update_terms(archive)
        archive.db.execute("INSERT INTO articles_fts (articles_fts, rank) VALUES ('integrity-check', 1)")
        missed = [
            (text, typed)
            for number, (text, ways) in enumerate(FOUND.items())
            for typed in chain(ways, [text.replace('"', " ")])
            if f"antara-kaltim/{number}" not in {h.id for h in search(archive, Query(words=typed, limit=100)).hits}
        ]
        assert not missed
