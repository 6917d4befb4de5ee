"""Settings and metadata for Datasette: limits, descriptions of tables and columns, the columns shown first."""

from typing import Any
from urllib.parse import urlencode

_FIRST_COLUMNS = ("title", "published_date", "site", "section", "pewarta", "editor", "credit")
STORIES = "/archive/articles?" + urlencode([("_col", column) for column in _FIRST_COLUMNS])
"""The path of the newest stories with the columns that people ask for; all others are a click away."""

# Datasette prints the descriptions of the columns above the rows. Set in columns, they do not fill the screen.
_DESCRIPTIONS_IN_COLUMNS = (
    "<style>.column-descriptions{columns:3 22em;font-size:.85em;line-height:1.3}"
    ".column-descriptions dd{margin-left:1em;break-before:avoid}.column-descriptions dt{break-after:avoid}</style>"
)

SETTINGS = {
    "default_page_size": 50,
    "sql_time_limit_ms": 3000,
    "facet_time_limit_ms": 1000,
    "suggest_facets": False,  # with them a table page took 612 ms instead of 73 ms at 200,000 articles
    "truncate_cells_html": 240,
    "allow_download": False,
}

METADATA: dict[str, Any] = {
    "title": "warta: an archive of regional news",
    "databases": {
        "archive": {
            "tables": {
                "articles": {
                    "description_html": _DESCRIPTIONS_IN_COLUMNS + "One row a story, as it was last read.",
                    "label_column": "title",
                    "fts_table": "articles_fts",
                    "sort_desc": "key",
                    "facets": ["site", "section", "credit", "layout"],
                    "columns": {
                        "id": "Site and the site's own number",
                        "pewarta": "Reporter; several names are joined by a comma",
                        "editor": "Editor, as printed",
                        "translator": "Who translated it, as printed",
                        "published_at": "When it was published, in the site's own offset",
                        "dateline": "The place printed before the text",
                        "credit": "Who supplied the text, as MC Kominfo Paser",
                        "is_advertorial": "1 when it is marked (ADV), a paid text",
                        "layout": "The generation of markup the page was read with",
                        "lead": "The first paragraph of the text",
                        "title_words": "Words of the title as people type them, where the index cuts them otherwise",
                        "search_words": "The same of the text, the caption, the tags and the names",
                        "original_url": "Where the page says the story was published first",
                        "first_seen_at": "When it was first captured (UTC)",
                        "changed_at": "When a changed version was first seen (UTC)",
                        "gone_at": "When the site was found to have withdrawn it (UTC)",
                        "capture_id": "The capture of the current version",
                        "fingerprint": "Equal for texts that differ in typography alone",
                    },
                },
                "versions": {"description": "Every version of every story, the first included."},
                "captures": {"description": "Every exchange with a site, and where in the WARC files it is kept."},
                "pages": {"description": "The frontier: what listings named, and when it is to be fetched."},
                "stories": {"description": "One story on several sites: the articles of each, named by the first one."},
                "twins": {"description": "The pairs of articles that make these groups."},
                "terms": {
                    "description": "Every word of the full-text index, its family, and how many articles have it."
                },
                "uncounted": {"description": "Articles whose words are still to be counted."},
                "outdated": {"description": "Texts whose words are no longer to be counted."},
                "bands": {"description": "The numbers by which texts that are alike find each other."},
                "walks": {"description": "How far each listing is walked without a gap."},
                "listings": {"description": "The listings that are known in full, as they were then."},
                "runs": {"description": "Every run of every site, with its verdict."},
                "warcs": {"description": "The finished WARC files and their digests."},
            }
        }
    },
}
