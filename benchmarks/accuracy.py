"""How exactly warta reads: every page of the newsroom against the newsroom's own truth, field by field.

python -m benchmarks.accuracy [STORIES]
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from datetime import datetime
from itertools import islice

from archive.article import Article, ReadingError, read_article
from archive.charset import decode_page
from archive.sites import SITES
from crawler.newsroom.newsroom import Newsroom
from crawler.newsroom.story import SiteName, Story

FIELDS: tuple[str, ...] = ("title", "pewarta", "editor", "published_at", "section", "tags", "dateline", "credit")
FIELDS += ("is_advertorial", "body", "caption", "image_url", "layout")


def value_of(article: Article, field: str) -> object:
    value = getattr(article, field)
    return list(value) if field == "tags" else value.isoformat() if isinstance(value, datetime) else value


def truth_of(story: Story, field: str) -> object:
    value = getattr(story, field)
    if field == "published_at" and story.date_line is None and story.machine_date is None:
        return None  # not on the page; the listing tells it
    return value


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    room = Newsroom(antara=count * 2 // 3, paser=count // 3)
    right: dict[str, Counter[str]] = defaultdict(Counter)
    wrong: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, stories in room.stories.items():
        for story in stories:
            for page in (story, story.as_amp()) if name == "antara-kaltim" else (story,):
                compare(room, name, story, page, right, wrong)
    for layout, fields in right.items():
        pages = fields.pop("pages")
        shares = "  ".join(f"{field} {fields[field] / pages:.4f}" for field in FIELDS)
        print(f"{layout} ({pages} pages): {shares}")
    for (layout, field), examples in wrong.items():
        print(f"\n{layout} {field}: {len(examples)} wrong")
        for example in islice(examples, 3):
            print("   ", example)


def compare(
    room: Newsroom,
    name: SiteName,
    story: Story,
    page: Story,
    right: dict[str, Counter[str]],
    wrong: dict[tuple[str, str], list[str]],
) -> None:
    site = SITES[name]
    path = story.url.removeprefix(site.origin)
    answer = room.servers[name].answer("/amp" + path if page is not story else path)
    right[page.layout]["pages"] += 1
    try:
        article = read_article(
            decode_page(answer.body, answer.content_type), url=story.url, site=site, fetched_at=room.now
        )
    except ReadingError as error:
        wrong[page.layout, "page"].append(f"{story.id}: {error}")
        return
    for field in FIELDS:
        got, wanted = value_of(article, field), truth_of(page, field)
        if got == wanted:
            right[page.layout][field] += 1
        else:
            where = difference(str(got), str(wanted))
            wrong[page.layout, field].append(f"{story.id} {sorted(page.traps)}: {where}")


def difference(got: str, wanted: str) -> str:
    at = next((i for i, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), min(len(got), len(wanted)))
    start = max(0, at - 30)
    return f"read {got[start : at + 60]!r}, wanted {wanted[start : at + 60]!r}"


if __name__ == "__main__":
    main()
