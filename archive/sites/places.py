"""Places that newsrooms print as a dateline without an agency's mark: "Tana Paser – Bupati ...".

Without the mark, words before a dash are a dateline only if they name a place, so the places are listed. The names
become alternatives of a regular expression: where one begins with another, the longer one comes first.
"""

CITIES = (
    *("Jakarta", "Surabaya", "Bandung", "Yogyakarta", "Makassar", "Denpasar", "Medan", "Semarang", "Palembang"),
    *("Bandarlampung", "Bandar Lampung", "Banda Aceh", "Pekanbaru", "Tanjungpinang", "Pangkalpinang", "Bengkulu"),
    *("Serang", "Tangerang", "Bekasi", "Bogor", "Depok", "Cirebon", "Mataram", "Kupang", "Pontianak", "Palangka Raya"),
    *("Palangkaraya", "Banjarmasin", "Banjarbaru", "Samarinda", "Balikpapan", "Tanjung Selor", "Manado", "Gorontalo"),
    *("Palu", "Kendari", "Mamuju", "Ambon", "Ternate", "Sofifi", "Jayapura", "Manokwari", "Sorong", "Merauke"),
)
"""The largest cities and the provinces' capitals, but for those whose name is a word, too (Malang, Solo, Batu)."""
EAST_KALIMANTAN = (
    *("Tana Paser", "Tanah Grogot", "Paser Belengkong", "Pasir Belengkong", "Paser"),
    *("Kuaro", "Long Ikis", "Long Kali", "Batu Sopang", "Batu Engau", "Muara Komam", "Muara Samu", "Tanjung Harapan"),
    *("Samarinda", "Balikpapan", "Bontang", "Penajam", "Sangatta", "Tenggarong", "Sendawar", "Tanjung Redeb"),
    "Banjarmasin",
)
