"""The HTML of a printed body. The sites separate paragraphs in two ways: as text nodes with <br>, or as <p>."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from crawler.newsroom.story import Block, Story

Link = tuple[str, str]  # (address, title) of another story


def body_html(story: Story, *, read_also: Link, elsewhere: Link, paragraphs: Callable[[int], bool]) -> str:
    """The blocks of a story. `paragraphs(n)` says whether the n-th block is a <p> or a text node with <br><br> after
    it; pages of ANTARA's third generation have both. The tail follows the last text. "Baca juga" links to `read_also`,
    and "telah tayang" to `elsewhere`."""
    last_text = max((index for index, block in enumerate(story.blocks) if block.kind == "text"), default=-1)
    first_text = next((index for index, block in enumerate(story.blocks) if block.kind == "text"), -1)
    parts = []
    for index, block in enumerate(story.blocks):
        tail = story.tail if index == last_text else ""
        lead_in = story.lead_in if index == first_text else ""
        parts.append(_block(block, lead_in, tail, read_also, elsewhere, paragraphs(index)))
    return "\n".join(parts)


def spaced(text: str) -> str:
    """The text escaped for HTML, with no-break spaces as &nbsp;."""
    return escape(text, quote=False).replace("\xa0", "&nbsp;")


def _block(block: Block, lead_in: str, tail: str, read_also: Link, elsewhere: Link, as_p: bool) -> str:
    match block.kind:
        case "text":
            return _text(block, lead_in, tail, read_also, as_p)
        case "subheading":
            return f"<h3>{spaced(block.text)}</h3>" if as_p else f"<b>{spaced(block.text)}</b><br /><br />"
        case "list":
            items = "".join(f"<li>{spaced(item)}</li>" for (item,) in block.rows)
            return f"<ul>{items}</ul>"
        case "table":
            rows = "".join("<tr>" + "".join(f"<td>{spaced(cell)}</td>" for cell in row) + "</tr>" for row in block.rows)
            return f'<table border="1"><tbody>{rows}</tbody></table>'
        case "quote":
            return f"<blockquote><p>{spaced(block.text)}</p></blockquote>"
        case "tweet":
            ((author, day),) = block.rows
            return (
                f'<blockquote class="twitter-tweet"><p lang="in" dir="ltr">{spaced(block.text)}</p>{spaced(author)} '
                f'<a href="https://twitter.com/kabarpaser/status/1">{spaced(day)}</a></blockquote>'
                '<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>'
            )
        case "baca-juga":
            link = f'<b>Baca juga: <a href="{escape(read_also[0])}">{escape(read_also[1])}</a></b>'
            return f"<p>{link}</p>" if as_p else f"{link}<br /><br />"
        case "ad":
            return (
                '<div style="min-width:300px;min-height:250px"><ins class="adsbygoogle" style="display:block"></ins>'
                "<script>(adsbygoogle = window.adsbygoogle || []).push({});</script>Iklan</div>"
            )
        case "figure":
            caption = f"<figcaption>{spaced(block.text)}</figcaption>" if block.text else ""
            return f'<figure><img data-src="/img/sisipan.jpg" alt="">{caption}</figure>'
        case "telah-tayang":
            line = (
                "Berita ini telah tayang di Antaranews.com dengan judul: "
                f'<a href="{escape(elsewhere[0])}">{escape(elsewhere[1])}</a>'
            )
            return f"<p>{line}</p>" if as_p else f"{line}<br /><br />"


def _text(block: Block, lead_in: str, tail: str, read_also: Link, as_p: bool) -> str:
    text = spaced(lead_in + block.text)
    if block.rows:
        link = f'<a href="{escape(read_also[0])}">{escape(read_also[1])}</a>'
        text += f' <span class="baca-juga">Baca juga: {link}</span> {spaced(block.rows[0][0])}'
    own, _, below = tail.partition("\n") if "\n" in tail else (tail, "", "")
    text += spaced(own)
    pieces = [text, spaced(below)] if below else [text]
    return "\n".join(f"<p>{piece}</p>" if as_p else f"{piece}<br /><br />" for piece in pieces)
