"""The tables of an archive, as sqlite-utils migrations.

Names and meanings of tables and columns are public, because people query them with Datasette and SQL: a later version
adds some and never renames any. Times are ISO 8601 text. `articles.key` is an explicit primary key, because VACUUM
renumbers implicit rowids, on which the full-text index (external content) depends. It rises with `published_at`, so
that "newest first" is the table's own order.
"""

from datetime import datetime

from sqlite_utils import Database, Migrations

from archive.extract.folding import index_words
from archive.store.ladder import next_check
from archive.store.timestamps import iso_utc

migrations = Migrations("warta")

_FIRST_INDEXED = ("title", "body", "pewarta", "editor", "caption", "tags")
# The full-text index covers these columns of `articles` (and the lead, a part of the body); its triggers fire on
# changes to them alone.
INDEXED = (*_FIRST_INDEXED, "title_words", "search_words")
IN_SEARCH_WORDS = ("body", "caption", "tags", "pewarta", "editor")
"""The columns whose words `search_words` has as people type them; `title_words` has those of the title."""
TOKENIZER = "unicode61 remove_diacritics 2"


@migrations()
def m001_tables(db: Database) -> None:
    db.execute("""
        CREATE TABLE articles (
            key INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            site TEXT NOT NULL,
            number INTEGER,
            url TEXT NOT NULL,
            title TEXT NOT NULL,
            pewarta TEXT,
            editor TEXT,
            published_at TEXT,
            published_date TEXT,
            modified_at TEXT,
            section TEXT,
            tags TEXT NOT NULL DEFAULT '[]',
            dateline TEXT,
            credit TEXT,
            is_advertorial INTEGER NOT NULL DEFAULT 0,
            body TEXT NOT NULL,
            word_count INTEGER NOT NULL,
            image_url TEXT,
            caption TEXT,
            layout TEXT NOT NULL,
            first_seen_at TEXT NOT NULL,
            changed_at TEXT,
            gone_at TEXT,
            versions INTEGER NOT NULL DEFAULT 1,
            capture_id INTEGER NOT NULL REFERENCES captures(id),
            fingerprint TEXT NOT NULL
        )""")
    db.execute("""
        CREATE TABLE versions (
            article_id TEXT NOT NULL REFERENCES articles(id),
            version INTEGER NOT NULL,
            seen_at TEXT NOT NULL,
            capture_id INTEGER NOT NULL REFERENCES captures(id),
            title TEXT NOT NULL,
            pewarta TEXT,
            editor TEXT,
            body TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            PRIMARY KEY (article_id, version)
        )""")
    db.execute("""
        CREATE TABLE captures (
            id INTEGER PRIMARY KEY,
            site TEXT NOT NULL,
            url TEXT NOT NULL,
            article_id TEXT,
            fetched_at TEXT NOT NULL,
            status INTEGER,
            content_type TEXT,
            record_type TEXT NOT NULL,
            payload_digest TEXT,
            warc TEXT NOT NULL,
            offset INTEGER NOT NULL,
            length INTEGER NOT NULL,
            record_id TEXT NOT NULL UNIQUE,
            etag TEXT,
            last_modified TEXT,
            run_id INTEGER REFERENCES runs(id)
        )""")
    db.execute("""
        CREATE TABLE pages (
            url TEXT PRIMARY KEY,
            site TEXT NOT NULL,
            article_id TEXT UNIQUE,
            kind TEXT NOT NULL,
            published_at TEXT,
            modified_at TEXT,
            discovered_at TEXT NOT NULL,
            discovered_on TEXT NOT NULL,
            checked_at TEXT,
            due_at TEXT,
            checks INTEGER NOT NULL DEFAULT 0,
            state TEXT NOT NULL,
            reason TEXT
        ) WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE runs (
            id INTEGER PRIMARY KEY,
            site TEXT NOT NULL,
            started_at TEXT NOT NULL,
            finished_at TEXT,
            verdict TEXT,
            reason TEXT,
            since TEXT,
            discovery TEXT,
            complete INTEGER NOT NULL DEFAULT 0,
            arguments TEXT NOT NULL DEFAULT '{}',
            requests INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0,
            found INTEGER NOT NULL DEFAULT 0,
            new INTEGER NOT NULL DEFAULT 0,
            read INTEGER NOT NULL DEFAULT 0,
            changed INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0
        )""")
    db.execute("""
        CREATE TABLE warcs (
            name TEXT PRIMARY KEY,
            site TEXT NOT NULL,
            records INTEGER NOT NULL,
            size INTEGER NOT NULL,
            sha256 TEXT NOT NULL,
            sealed_at TEXT NOT NULL
        )""")
    for index in (
        "articles_site ON articles(site)",
        "articles_published_date ON articles(published_date)",
        "articles_pewarta ON articles(pewarta)",
        "articles_editor ON articles(editor)",
        "captures_url ON captures(url, id)",
        "captures_article ON captures(article_id)",
        "pages_due ON pages(site, due_at)",
        "runs_site ON runs(site, id)",
    ):
        db.execute(f"CREATE INDEX {index}")


@migrations()
def m002_full_text(db: Database) -> None:
    _full_text(db, _FIRST_INDEXED, changing=_FIRST_INDEXED)


def _full_text(db: Database, indexed: tuple[str, ...], *, changing: tuple[str, ...]) -> None:
    """An FTS5 index with external content, and the triggers that keep it up to date when the columns `changing` do.
    Datasette and sqlite-utils only recognise it if the values of the options are in double quotes."""
    columns = ", ".join(indexed)
    new = ", ".join(f"new.{column}" for column in indexed)
    old = ", ".join(f"old.{column}" for column in indexed)
    db.execute(f"""
        CREATE VIRTUAL TABLE articles_fts USING fts5 (
            {columns}, content="articles", content_rowid="key", tokenize="{TOKENIZER}"
        )""")
    insert = f"INSERT INTO articles_fts (rowid, {columns}) VALUES (new.key, {new});"
    delete = f"INSERT INTO articles_fts (articles_fts, rowid, {columns}) VALUES ('delete', old.key, {old});"
    changes = ", ".join(changing)
    db.execute(f"CREATE TRIGGER articles_ai AFTER INSERT ON articles BEGIN {insert} END")
    db.execute(f"CREATE TRIGGER articles_ad AFTER DELETE ON articles BEGIN {delete} END")
    db.execute(f"CREATE TRIGGER articles_au AFTER UPDATE OF key, {changes} ON articles BEGIN {delete} {insert} END")


@migrations()
def m003_listed_day(db: Database) -> None:
    """The day that a listing prints beside a link. It can be a day off if the listing uses another time zone, so it is
    used to order stories that print no date, and is not shown as their date."""
    db.execute("ALTER TABLE pages ADD COLUMN listed_day TEXT")


@migrations()
def m004_incremental(db: Database) -> None:
    """What a scheduled run needs to know of the runs before it."""
    db.execute("ALTER TABLE pages ADD COLUMN listed_title TEXT")
    db.execute("ALTER TABLE pages ADD COLUMN noticed_at TEXT")  # when a listing last said something new of the page
    db.execute("ALTER TABLE pages ADD COLUMN first_read_at TEXT")
    db.execute("ALTER TABLE pages ADD COLUMN missing_since TEXT")
    db.execute("ALTER TABLE pages ADD COLUMN failures INTEGER NOT NULL DEFAULT 0")
    db.execute("UPDATE pages SET noticed_at = discovered_at")
    db.execute("UPDATE pages SET first_read_at = checked_at, due_at = checked_at WHERE state = 'read'")
    db.execute("ALTER TABLE captures ADD COLUMN received INTEGER NOT NULL DEFAULT 0")  # bytes received on the wire
    for count in ("saved", "checked", "moved", "missing", "gone"):
        db.execute(f"ALTER TABLE runs ADD COLUMN {count} INTEGER NOT NULL DEFAULT 0")
    db.execute("ALTER TABLE runs ADD COLUMN filled TEXT NOT NULL DEFAULT '{}'")  # JSON: field -> share of stories read
    db.execute("ALTER TABLE runs ADD COLUMN retry_at TEXT")  # the site asked to be left alone until then
    db.execute("CREATE INDEX articles_number ON articles(site, number)")
    db.execute("""
        CREATE TABLE listings (
            url TEXT PRIMARY KEY,
            capture_id INTEGER NOT NULL REFERENCES captures(id),
            since TEXT NOT NULL
        ) WITHOUT ROWID""")
    db.execute("""
        CREATE TABLE walks (
            site TEXT NOT NULL,
            way TEXT NOT NULL,
            items INTEGER NOT NULL,
            day TEXT,
            edge TEXT NOT NULL,
            joined_at TEXT NOT NULL,
            PRIMARY KEY (site, way)
        ) WITHOUT ROWID""")


@migrations()
def m005_syndication(db: Database) -> None:
    """The same story on several sites (archive.store.syndication). `stories` has for each article of a group the id of
    the group's first article; `twins` are the pairs that make the groups; `bands` are LSH bands of the bodies."""
    db.execute("ALTER TABLE articles ADD COLUMN original_url TEXT")  # where the page says it was published first
    db.execute("CREATE INDEX articles_original ON articles(original_url) WHERE original_url IS NOT NULL")
    db.execute("CREATE TABLE stories (article_id TEXT PRIMARY KEY, story_id TEXT NOT NULL) WITHOUT ROWID")
    db.execute("CREATE INDEX stories_story ON stories(story_id)")
    db.execute("CREATE TABLE twins (one TEXT, other TEXT, PRIMARY KEY (one, other)) WITHOUT ROWID")
    db.execute("CREATE INDEX twins_other ON twins(other)")
    db.execute("CREATE TABLE bands (band INTEGER, key INTEGER, PRIMARY KEY (band, key)) WITHOUT ROWID")


@migrations()
def m006_search(db: Database) -> None:
    """`lead`, an article's first paragraph, becomes a column of the full-text index, so that words there can weigh
    more. `terms` has every word of the index, its stem and the number of articles that have it. Triggers store which
    articles are still to be counted (`uncounted`) and the texts to be counted out again (`outdated`);
    archive.search.vocabulary does the counting."""
    paragraph = "char(10) || char(10)"
    db.execute(
        "ALTER TABLE articles ADD COLUMN lead TEXT"
        f" AS (substr(body, 1, instr(body || {paragraph}, {paragraph}) - 1)) VIRTUAL"
    )
    for name in ("ai", "ad", "au"):
        db.execute(f"DROP TRIGGER articles_{name}")
    db.execute("DROP TABLE articles_fts")
    _full_text(db, (*_FIRST_INDEXED, "lead"), changing=_FIRST_INDEXED)
    db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")
    db.execute("CREATE TABLE terms (form TEXT PRIMARY KEY, stem TEXT NOT NULL, count INTEGER NOT NULL) WITHOUT ROWID")
    db.execute("CREATE INDEX terms_stem ON terms(stem)")
    db.execute("CREATE TABLE uncounted (key INTEGER PRIMARY KEY)")
    db.execute("CREATE TABLE outdated (text TEXT NOT NULL)")
    db.execute("INSERT INTO uncounted SELECT key FROM articles")
    _count_words(db, _FIRST_INDEXED)
    # A covering index for counting facets: it takes half the time of reading the rows, and a hundredth of their space.
    db.execute(
        "CREATE INDEX articles_facets"
        " ON articles(key, id, site, published_date, section, pewarta, credit, is_advertorial)"
    )
    for column in ("section", "credit"):
        db.execute(f"CREATE INDEX articles_{column} ON articles({column})")


def _count_words(db: Database, columns: tuple[str, ...]) -> None:
    """The triggers that store which articles are to be counted in `terms`, and which texts are to be counted out."""
    text = " || char(10) || ".join(f"coalesce(old.{column}, '')" for column in columns)
    put = "INSERT OR IGNORE INTO uncounted VALUES (new.key);"
    take = (
        f"INSERT INTO outdated SELECT {text} WHERE old.key NOT IN (SELECT key FROM uncounted);"
        " DELETE FROM uncounted WHERE key = old.key;"
    )
    changes = ", ".join(columns)
    db.execute(f"CREATE TRIGGER terms_ai AFTER INSERT ON articles BEGIN {put} END")
    db.execute(f"CREATE TRIGGER terms_ad AFTER DELETE ON articles BEGIN {take} END")
    db.execute(f"CREATE TRIGGER terms_au AFTER UPDATE OF key, {changes} ON articles BEGIN {take} {put} END")


@migrations()
def m007_words(db: Database) -> None:
    """`title_words` and `search_words` become columns of the full-text index: the words that its tokenizer cuts or
    spells otherwise than people type them (archive.extract.folding). The index has all columns that it had before, and
    all words are counted anew, because compounds are of one family now. Stories are looked up by their address."""
    indexed = tuple(row[1] for row in db.execute("PRAGMA table_info(articles_fts)"))
    for name in ("articles_ai", "articles_ad", "articles_au", "terms_ai", "terms_ad", "terms_au"):
        db.execute(f"DROP TRIGGER {name}")
    db.execute("DROP TABLE articles_fts")
    for column in ("title_words", "search_words"):
        db.execute(f"ALTER TABLE articles ADD COLUMN {column} TEXT")
    _fill_words(db)
    columns = (*(name for name in indexed if name != "lead"), "title_words", "search_words")
    _full_text(db, (*columns, "lead"), changing=columns)
    db.execute("INSERT INTO articles_fts (articles_fts) VALUES ('rebuild')")
    _count_words(db, columns)
    db.execute("DELETE FROM terms")
    db.execute("DELETE FROM outdated")
    db.execute("INSERT OR IGNORE INTO uncounted SELECT key FROM articles")
    db.execute("CREATE INDEX articles_url ON articles(url)")


def _fill_words(db: Database) -> None:
    last = -1 << 63
    while rows := db.execute(
        f"SELECT key, title, {', '.join(IN_SEARCH_WORDS)} FROM articles WHERE key > ? ORDER BY key LIMIT 1000", [last]
    ).fetchall():
        last = rows[-1][0]
        words = ((index_words(title), index_words(*texts), key) for key, title, *texts in rows)
        db.conn.executemany(
            "UPDATE articles SET title_words = ?, search_words = ? WHERE key = ?",
            [one for one in words if any(one[:2])],
        )


@migrations()
def m008_answers(db: Database) -> None:
    """Which text a page answered last (a digest of it), and since when it is this one: the same text at many addresses
    is no story's (archive.store.substitutes)."""
    db.execute("ALTER TABLE pages ADD COLUMN answer TEXT")
    db.execute("ALTER TABLE pages ADD COLUMN answered_since TEXT")
    db.execute("CREATE INDEX pages_answer ON pages(site, answer) WHERE answer IS NOT NULL")


@migrations()
def m009_translator(db: Database) -> None:
    """Who translated a story (Penerjemah). A rebuild fills it for what was read before."""
    for table in ("articles", "versions"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN translator TEXT")


@migrations()
def m010_looking_again(db: Database) -> None:
    """Looking again never ends (archive.store.looking_again): pages that were due no more, or not for 150 days, get the
    time at which they would be due now. `called_at` is when a page was made due before its time: a story beside it was
    withdrawn or moved, or a listing names it although it was missing."""
    db.execute("ALTER TABLE pages ADD COLUMN called_at TEXT")
    db.execute("CREATE INDEX pages_first_read ON pages(site, first_read_at)")
    rows = db.execute(
        "SELECT url, article_id, coalesce(missing_since, first_read_at), checked_at, due_at FROM pages"
        " WHERE state IN ('read', 'missing', 'gone') AND first_read_at IS NOT NULL AND checked_at IS NOT NULL"
    ).fetchall()
    for url, article_id, first, checked_at, due_at in rows:
        try:
            times = datetime.fromisoformat(first), datetime.fromisoformat(checked_at)
            due = iso_utc(next_check(*times, key=article_id or url))
        except (
            ValueError,
            TypeError,
            OverflowError,
        ):  # a time that warta never writes
            continue
        if due_at is None or due < due_at:
            db.execute("UPDATE pages SET due_at = ? WHERE url = ?", [due, url])
