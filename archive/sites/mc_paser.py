"""MC Kominfo Paser: the media centre of Paser regency's communications office.

A post answers at /?p=ID, /berita/{slug} and /berita/{subcategory}/{slug}/ (FACTS, section 2).
"""

from archive.sites.places import CITIES, EAST_KALIMANTAN
from archive.sites.wordpress import wordpress_site

SITE = wordpress_site(
    "mc-paser",
    "MC Kominfo Paser",
    "https://mediacenter.paserkab.go.id",
    "Asia/Makassar",
    permalink=r"/berita(?:/(?!page/)[^/]+){1,2}/?",
    places=EAST_KALIMANTAN + CITIES,
    dateline_marks=("MCKabPaser", "MC Kab Paser", "MC KabPaser", "MCKab Paser"),
)
