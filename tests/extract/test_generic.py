"""Pages in no known layout: what is read from the forms in which Indonesian newsrooms print, with made-up stories."""

from __future__ import annotations

import pytest

from archive.extract.article import Article, ReadingError, declares_article, explain_article
from archive.sites import site_of
from tests.extract.test_reading import NOW

TITLE = "Warga Kuaro Perbaiki Jembatan yang Putus"
URL = "https://www.kabarpaser.example/berita/2024/05/warga-kuaro-perbaiki-jembatan"
STORY = (
    "Warga Desa Sempulang di Kecamatan Kuaro memperbaiki jembatan yang putus diterjang banjir pekan lalu.",
    "Mereka mengangkut kayu dari hutan desa dan bekerja sejak pagi bersama anggota TNI dan perangkat kecamatan.",
    "“Kami berharap anak-anak dapat berangkat ke sekolah lagi mulai hari Senin,” kata Kepala Desa Rahmat Hidayat.",
    "Pemerintah kabupaten menjanjikan jembatan beton pada tahun depan setelah anggaran perubahan disahkan.",
)
MENU = "<ul class='menu'>" + "".join(f"<li><a href='/kanal/{n}'>Kanal {n}</a></li>" for n in range(12)) + "</ul>"
OTHERS = "".join(
    f"<div class='item'><h3><a href='/berita/{n}/lain'>Berita lain nomor {n} tentang pembangunan daerah</a></h3>"
    f"<span>Senin, {n} Mei 2024 09:0{n} WIB</span>"
    f"<p>Ringkasan berita lain nomor {n} yang cukup panjang untuk dibaca.</p></div>"
    for n in range(1, 8)
)


def paragraphs(first: str = "", last: str = "") -> str:
    story = [first + STORY[0], *STORY[1:-1], STORY[-1] + last]
    return "".join(f"<p>{text}</p>" for text in story)


def page(
    article: str, *, title: str = f"{TITLE} - Kabar Paser", head: str = "", lang: str = "id", before: str = ""
) -> str:
    return (
        f"<!DOCTYPE html><html lang={lang}><head><title>{title}</title><meta property='og:type' content='article'>"
        f"<meta property='og:title' content='{title}'>{head}</head><body>{MENU}{before}{article}"
        f"<div class='kolom-kanan'><h4>Berita Pilihan</h4>{OTHERS}</div>"
        "<footer>Redaksi | Tentang Kami | Pedoman Media Siber © 2024 Kabar Paser</footer></body></html>"
    )


def read(html: str, url: str = URL) -> Article:
    return explain_article(html, url=url, site=site_of(url), fetched_at=NOW)[0]


def usual(between: str = "", text: str | None = None, behind: str = "") -> str:
    body = paragraphs() if text is None else text
    return page(f"<div class='wadah'><h1>{TITLE}</h1>{between}<div class='isi'>{body}</div>{behind}</div>")


def test_a_page_as_most_are_is_read_whole_and_nothing_else() -> None:
    article = read(usual("<div>Rabu, 8 Mei 2024 | 10:20 WITA</div>"))
    assert article.title == TITLE
    assert tuple(article.body.split("\n\n")) == STORY
    assert article.published_at is not None
    assert article.published_at.isoformat() == "2024-05-08T10:20:00+08:00"
    assert (article.pewarta, article.editor, article.section) == (None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "<br><br>".join(STORY),
        "".join(f"<div>{text}</div>" for text in STORY),
        f"<span>{''.join(f'<div>{text}</div>' for text in STORY)}</span>",
        "".join(f"<p><span style='font-size:14px'>{text}</span></p>" for text in STORY),
        f"<p>{STORY[0]}</p><div class='iklan'><a href='/x'>Promo besar</a></div>"
        + "".join(f"<p>{t}</p>" for t in STORY[1:]),
        f"<p>{STORY[0]}</p><p>ADVERTISEMENT</p><p>SCROLL TO CONTINUE WITH CONTENT</p>"
        + "".join(f"<p>{text}</p>" for text in STORY[1:]),
        f"<p>{STORY[0]}</p><p><strong>Baca juga: <a href='/b/1/x'>Banjir Rendam Tiga Desa</a></strong></p>"
        + "".join(f"<p>{text}</p>" for text in STORY[1:]),
        f"<p>{STORY[0]}</p><table><tr><td><b>Baca juga</b></td></tr>"
        "<tr><td><a href='/b/1/x'>Banjir di Kuaro</a></td></tr></table>"
        + "".join(f"<p>{text}</p>" for text in STORY[1:]),
        "".join(f"<p>{text}</p>" for text in STORY) + "<p>[Gambas:Video 20detik]</p>",
        "".join(f"<p>{text}</p>" for text in STORY)
        + "<h3>Berita Terkait</h3><ul><li><a href='/b/1/x'>Banjir Rendam Tiga Desa</a></li></ul>",
        "<figure><img src='/f.jpg'><figcaption>Warga bergotong royong. (Foto: Dok. Desa)</figcaption></figure>"
        + "".join(f"<p>{text}</p>" for text in STORY),
        f"<section class='bagian'>{STORY[0]}<br><br>{STORY[1]}</section><section class='bagian'>{STORY[2]}<br><br>"
        f"{STORY[3]}</section>",
    ],
)  # fmt: skip
def test_the_text_alone_is_read_however_it_is_marked(text: str) -> None:
    assert tuple(read(usual(text=text)).body.split("\n\n")) == STORY


@pytest.mark.parametrize(
    "behind",
    [
        "<div class='share'><span>Bagikan</span><span>12</span></div>",
        "<div class='terkait'><h3>Terkait</h3>" + OTHERS + "</div>",
        "<div id='comments'>" + "<p>Komentar pembaca yang panjang dan tidak ada hubungannya. </p>" * 20 + "</div>",
        "<div class='tags'>Tag: <a href='/tag/kuaro'>Kuaro</a> <a href='/tag/banjir'>banjir</a></div>",
        OTHERS,
    ],
)
def test_what_stands_behind_the_text_is_none_of_it(behind: str) -> None:
    assert tuple(read(usual(behind=behind)).body.split("\n\n")) == STORY


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        (f"{TITLE} - Kabar Paser", f"<h1>{TITLE}</h1>"),
        (f"{TITLE} | KabarPaser.example", f"<h2>{TITLE}</h2>"),
        (f"KabarPaser.example: {TITLE}", f"<h1>{TITLE}</h1>"),
        (f"Kabar Paser :: {TITLE}", f"<div class='judul-berita'>{TITLE}</div>"),
        (f"{TITLE} - Kabar Paser Daerah", f"<h1>Daerah</h1><h2>{TITLE}</h2>"),
        (f"{TITLE} - Kabar Paser", f"<h1><a href='/'>Kabar Paser</a></h1><h2 class='x'>{TITLE}</h2>"),
        (f"{TITLE} - Halaman 1 - Kabar Paser", f"<h1 class='entry'>{TITLE}</h1>"),
        ("Kabar Paser", f"<h1>{TITLE}</h1>"),
        (f"{TITLE} » Kabar Paser", ""),
        (f"{TITLE} – Kabar Paser – Terdepan dan Terpercaya", ""),
    ],
)
def test_the_title_is_without_the_name_of_the_site(title: str, printed: str) -> None:
    assert read(page(f"<div>{printed}<div>{paragraphs()}</div></div>", title=title)).title == TITLE


@pytest.mark.parametrize(
    ("line", "time"),
    [
        ("Rabu, 08/05/2024 10:20 WIB", "2024-05-08T10:20:00+07:00"),
        ("Rabu, 08 Mei 2024 | 10:20 WIB", "2024-05-08T10:20:00+07:00"),
        ("Rabu , 8 Mei 2024, 10:20 WITA", "2024-05-08T10:20:00+08:00"),
        ("Rabu, 8 Mei 2024 - 10.20 wit", "2024-05-08T10:20:00+09:00"),
        ("Jum'at, 10 Mei 2024 - 13:30 wib", "2024-05-10T13:30:00+07:00"),
        ("Kabar Paser - 08/05/2024, 10:20 WIB", "2024-05-08T10:20:00+07:00"),
        ("Diterbitkan 8 Mei 2024 pukul 10.20 WITA", "2024-05-08T10:20:00+08:00"),
        ("on 08 May 2024 at 10:20 WIB", "2024-05-08T10:20:00+07:00"),
        ("Rabu, 8 Mei 2024 10:20", None),
        ("08-05-2024 10:20:33 WIB", "2024-05-08T10:20:00+07:00"),
        ("May 8, 2024 10:20", None),
        ("Rabu, 8 Mei 2024", None),
        ("Rabu, 38 Mei 2024 10:20 WIB", None),
        ("10:20 WIB", None),
        ("8 Marga 2024 10:20 WIB", None),
    ],
)
def test_a_printed_time_is_read_beside_the_headline(line: str, time: str | None) -> None:
    found = read(usual(f"<span class='x'>{line}</span>")).published_at
    assert (found.isoformat() if found else None) == time


def test_the_time_of_another_story_is_not_this_ones() -> None:
    assert read(usual()).published_at is None


def test_metadata_that_call_local_time_utc_give_way_to_the_printed_time() -> None:
    html = usual("<div>Rabu, 8 Mei 2024 10:20 WIB</div>").replace(
        "</head>", "<meta property='article:published_time' content='2024-05-08T10:20:11Z'></head>"
    )
    found = read(html).published_at
    assert found is not None
    assert found.isoformat() == "2024-05-08T10:20:00+07:00"


@pytest.mark.parametrize(
    ("between", "behind", "pewarta", "editor"),
    [
        ("<div>Oleh : <b>Siti Aminah</b></div>", "", "Siti Aminah", None),
        ("<div class='author'><strong>Siti Aminah</strong> - kabarpaser</div>", "", "Siti Aminah", None),
        ("<div>Rep: Siti Aminah / Red: Budi Santoso</div>", "", "Siti Aminah", "Budi Santoso"),
        ("<p>Penulis: Siti Aminah | Editor: Budi Santoso</p>", "", "Siti Aminah", "Budi Santoso"),
        ("<span><b>Siti Aminah</b> | Rabu, 8 Mei 2024 - 13:30 wib</span>", "", "Siti Aminah", None),
        ("<p>By <a rel='author' href='/a'>Siti Aminah</a></p>", "", "Siti Aminah", None),
        ("", "<table><tr><td>Penulis</td><td>: Siti Aminah</td></tr>"
         "<tr><td>Editor</td><td>: Budi Santoso</td></tr></table>",
         "Siti Aminah", "Budi Santoso"),
        ("", "<div>Reporter : Siti Aminah</div><div>Redaktur : Budi Santoso</div>", "Siti Aminah", "Budi Santoso"),
        ("<div class='photo'><span class='author'>KABAR/JOKO SUSILO</span></div>", "", None, None),
        ("<div class='author'>Redaksi</div>", "", None, None),
        ("<div class='author'>Kabar Paser</div>", "", None, None),
        ("<div class='author'>PT Kabar Media Digital</div>", "", None, None),
        ("<div class='byline'>Tim Web Design</div>", "", None, None),
        ("", "<div class='kotak'>Editor majalah itu mengatakan bahwa ia tidak tahu apa-apa.</div>", None, None),
    ],
)  # fmt: skip
def test_people_are_read_beside_the_text(between: str, behind: str, pewarta: str | None, editor: str | None) -> None:
    article = read(usual(between, behind=behind))
    assert (article.pewarta, article.editor) == (pewarta, editor)
    assert tuple(article.body.split("\n\n")) == STORY


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ('<meta name="author" content="Siti Aminah">', "Siti Aminah"),
        ('<meta name="author" content="Kabar Paser">', None),
        ('<meta name="author" content="https://www.facebook.com/kabarpaser">', None),
        ('<meta name="author" content="admin">', None),
        ('<meta name="author" content="Budi Santoso"><meta name="creator" content="Siti Aminah">', "Siti Aminah"),
        (
            '<script type="application/ld+json">{"@type": "NewsArticle", "author": {"name": "Budi Santoso"},'
            ' "creator": "Siti Aminah"}</script>',
            "Siti Aminah",
        ),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "author": [{"name": "Siti Aminah"}]}</script>',
         "Siti Aminah"),
        ('<script type="application/ld+json">{"@type": "Organization", "author": "Siti Aminah"}</script>', None),
    ],
)  # fmt: skip
def test_for_want_of_a_printed_name_metadata_name_the_reporter(head: str, name: str | None) -> None:
    article = f"<div><h1>{TITLE}</h1><div>{paragraphs()}</div></div>"
    assert read(page(article, head=head)).pewarta == name


@pytest.mark.parametrize(
    ("first", "dateline"),
    [
        ("Tana Paser - ", "Tana Paser"),
        ("<strong>Jakarta</strong> - ", "Jakarta"),
        ("KABARPASER.EXAMPLE, TANA PASER -- ", "TANA PASER"),
        ("TANA GROGOT, KABAR.com – ", "TANA GROGOT"),
        ("TRIBUNDESA.CO, SEMPULANG - ", "SEMPULANG"),
        ("Kabarpaser.com - ", None),
        ("", None),
    ],
)
def test_datelines_with_the_newsrooms_address_are_read(first: str, dateline: str | None) -> None:
    first = first.replace("KABARPASER.EXAMPLE", "KABARPASER.COM")
    assert read(usual(text=paragraphs(first))).dateline == dateline


@pytest.mark.parametrize(
    ("before", "section"),
    [
        ("<div class='breadcrumb'><a href='/'>Beranda</a> &gt; <a href='/daerah'>Daerah</a></div>", "Daerah"),
        ("<ul class='bread'><li><a href='/'>Home</a></li><li><a href='/daerah'>Daerah</a></li></ul>", "Daerah"),
        (
            "<ul><li><a href='/'>Home</a></li><li><a href='/n'>News</a></li><li><a href='/d'>Daerah</a></li></ul>",
            "Daerah",
        ),
        ("<div class='kanal'>Daerah</div>", "Daerah"),
        ("", None),
    ],
)
def test_the_rubrik_is_the_last_entry_of_the_breadcrumb(before: str, section: str | None) -> None:
    html = usual().replace("<div class='wadah'>", f"<div class='wadah'>{before}")
    assert read(html).section == section


@pytest.mark.parametrize(
    "between",
    [
        "<figure><img src='/a.jpg'><figcaption>Warga bergotong royong.</figcaption></figure>",
        "<div class='foto'><img src='/a.jpg'><span>Warga bergotong royong.</span></div>",
        "<div><img src='/a.jpg'></div><div class='caption'>Warga bergotong royong.</div>",
        "<div class='photo'><img src='/a.jpg'><span class='credit'>Antara/Joko</span> Warga bergotong royong.</div>",
    ],
)
def test_the_caption_is_read_and_is_no_text(between: str) -> None:
    article = read(usual(between))
    assert article.caption == "Warga bergotong royong."
    assert tuple(article.body.split("\n\n")) == STORY


def test_a_story_in_pictures_is_its_captions() -> None:
    captions = [f"Warga mengangkut kayu ke jembatan pada hari ke-{n} perbaikan itu." for n in range(1, 4)]
    pictures = "".join(
        f"<figure><img src='/{n}.jpg'><figcaption>{t}</figcaption></figure>" for n, t in enumerate(captions)
    )
    article = read(page(f"<div><h1>{TITLE}</h1>{pictures}</div>"))
    assert article.body.split("\n\n") == captions


# What is no story


@pytest.mark.parametrize(
    "path",
    [
        *(
            "",
            "/",
            "/index.php",
            "/tag/kuaro",
            "/tags/banjir-bandang",
            "/search?q=kuaro",
            "/cari?keyword=x",
            "/?s=kuaro",
        ),
        *(
            "/indeks",
            "/indeks/berita",
            "/author/siti-aminah",
            "/tentang-kami",
            "/redaksi",
            "/hubungi-kami.html",
            "/kontak",
        ),
        *("/pedoman-media-siber", "/disclaimer", "/login", "/kebijakan-privasi", "/kategori/daerah"),
    ],
)
def test_pages_about_the_site_and_lists_are_no_stories(path: str) -> None:
    url = f"https://kabarpaser.example{path}"
    with pytest.raises(ReadingError):
        read(usual(), url)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/berita/warga-kuaro",
            "/?p=12",
            "/?id=12",
            "/index.php?id=12",
            "/kategori/daerah/warga-kuaro-perbaiki-jembatan",
        ),
        *("/archives/12345", "/foto/12345/warga", "/topik-khusus-tentang-kami-di-kuaro", "/2024/05/08/redaksi-baru"),
    ],
)
def test_addresses_of_stories_that_look_alike_are_stories(path: str) -> None:
    assert read(usual(), f"https://kabarpaser.example{path}").title == TITLE


def test_a_list_that_calls_itself_an_article_is_no_story() -> None:
    html = page("", title="Berita Kuaro Terkini", before=f"<h1>Berita Kuaro Terkini</h1>{OTHERS}")
    assert declares_article(html)
    with pytest.raises(ReadingError, match="no text"):
        read(html)


# A known site


KNOWN = "https://kaltim.antaranews.com/berita/70001/warga-kuaro"


def test_a_story_of_a_known_site_in_a_new_layout_is_read_as_generic() -> None:
    article = read(usual(), KNOWN)
    assert (article.layout, article.number, article.title) == ("generic", 70001, TITLE)


@pytest.mark.parametrize(
    "html",
    [
        usual(text=f"<p>{STORY[0]}</p>"),
        usual("<form><input type='password' name='sandi'></form>"),
        page(f"<h2>Lain</h2>{paragraphs()}", title="Sebentar"),
        page(f"<h1>Halaman tidak ditemukan</h1>{paragraphs()}", title="Halaman tidak ditemukan"),
    ],
)
def test_what_may_not_be_the_story_of_a_known_site_is_refused(html: str) -> None:
    with pytest.raises(ReadingError, match="no article region of a known layout"):
        read(html, KNOWN)


@pytest.mark.parametrize(
    "line",
    ["Update terakhir 8 Mei 2024 10:20 WIB",
     "<b>Terakhir Diperbarui</b> 8 Mei 2024 10:20 WIB",
     "Kutai Timur, 8 Mei 2024 10:20 WIB"],
)  # fmt: skip
def test_words_beside_the_time_are_no_name(line: str) -> None:
    assert read(usual(f"<div>{line}</div>")).pewarta is None


@pytest.mark.parametrize(
    "text", ["Simak lima hal penting dari rapat itu: anggaran, jalan dan jembatan.", "Lihat saja: warga tetap bekerja."]
)
def test_a_sentence_that_begins_like_a_link_to_another_story_stays(text: str) -> None:
    assert text in read(usual(text=f"{paragraphs()}<p>{text}</p><p>{STORY[1]} Selesai.</p>")).body


@pytest.mark.parametrize(
    ("first", "dateline"),
    [
        ("Jakarta, CNN Indonesia -- ", "Jakarta"),
        ("REPUBLIKA.CO.ID, JAKARTA -- ", "JAKARTA"),
        ("jpnn.com, KUTAI BARAT - ", "KUTAI BARAT"),
        ("Penajam Paser Utara, Kaltimnews.co – ", "Penajam Paser Utara"),
        ("Sebelumnya, warga - ", None),
        ("Kemarin, Rahmat Hidayat berkata - ", None),
    ],
)
def test_datelines_of_other_newsrooms(first: str, dateline: str | None) -> None:
    assert read(usual(text=paragraphs(first))).dateline == dateline
