"""Places that newsrooms print before a story's text, by themselves, with a dash behind: "Tana Paser – Bupati ...".

Without an agency's mark a word before a dash is a dateline only where it is a place, so they are listed. Where several
begin alike the longer one comes first.
"""

CITIES = ("Jakarta", "Surabaya", "Bandung", "Yogyakarta", "Makassar", "Denpasar")
EAST_KALIMANTAN = (
    *("Tana Paser", "Tanah Grogot", "Paser Belengkong", "Pasir Belengkong", "Paser"),
    *("Kuaro", "Long Ikis", "Long Kali", "Batu Sopang", "Batu Engau", "Muara Komam", "Muara Samu", "Tanjung Harapan"),
    *("Samarinda", "Balikpapan", "Bontang", "Penajam", "Sangatta", "Tenggarong", "Sendawar", "Tanjung Redeb"),
    "Banjarmasin",
)
