"""A few pages of both sites on loopback, in the markup the sites are known to print."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class SiteServer:
    """`pages` maps a path with its query to (status, headers, body); `asked` are the paths in the order asked for."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    origin: str = ""

    def put(self, path: str, body: str | bytes, *, status: int = 200, **headers: str) -> None:
        content = body.encode() if isinstance(body, str) else body
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, {"Content-Type": "text/html; charset=utf-8"} | named, content)

    @contextmanager
    def serving(self) -> Iterator[str]:
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.asked.append(self.path)
                site.moments.append(time.monotonic())
                site.agents.append(self.headers["User-Agent"])
                status, headers, body = site.pages.get(self.path, (404, {"Content-Type": "text/html"}, b"<h1>404</h1>"))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.origin = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield self.origin
        finally:
            server.shutdown()
            server.server_close()


def antara_article(number: int, title: str, *, pewarta: str = "R. Wartono", body: str = "") -> str:
    """A bureau's page of the second generation: paragraphs are text nodes parted by <br>, the byline in the footer."""
    lead = f"Tana Paser (ANTARA) - Berita nomor {number} tentang kerja sama."
    body = body or f"{lead}<br><br>Paragraf kedua.(ADV/MC Kominfo Paser)"
    return f"""<!DOCTYPE html><html><head><title>{title} - ANTARA News Kalimantan Timur</title>
<meta name="author" content="antaranews.com"><link rel="canonical" href="https://kaltim.antaranews.com/berita/{number}/judul">
</head><body><ul class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/paser">Paser</a></li></ul>
<header class="post-header"><h1 class="post-title">{title}</h1>
<span class="article-date"><time>Jumat, 25 September 2026 16:30 WIB</time></span>
<div class="wp-caption"><p class="wp-caption-text">Bupati Paser. ANTARA/Istimewa</p></div></header>
<div class="post-content clearfix">{body}</div>
<footer class="post-meta"><div class="tags-wrapper">
Pewarta: {pewarta}<br>Editor :&nbsp;<br>COPYRIGHT © ANTARA 2026</div></footer>
</body></html>"""


def antara_listing(numbers: list[int]) -> str:
    """A listing page of 2026, with a popular box that is none of its cards."""
    cards = "".join(
        f'<div class="card__post card__post-list card__post__transition mt-30"><h2 class="post_title">'
        f'<a href="/berita/{n}/judul" title="Judul {n}">Judul {n}</a></h2>'
        f'<span class="text-secondary">25 September 2026</span></div>'
        for n in numbers
    )
    popular = '<div class="card__post card__post-list"><a href="/berita/1/populer?utm_source=x">Populer</a></div>'
    return f"<html><body>{popular}{cards}</body></html>"


def antara(count: int = 5) -> SiteServer:
    server = SiteServer()
    numbers = [1000 + 3 * n for n in range(count, 0, -1)]
    items = "".join(
        f"<item><title>Judul {n}</title><link>https://kaltim.antaranews.com/berita/{n}/judul</link>"
        f"<pubDate>Fri, 25 Sep 2026 16:30:00 +0700</pubDate></item>"
        for n in numbers[:2]
    )
    server.put("/rss/terkini.xml", f'<rss version="2.0"><channel>{items}</channel></rss>', Content_Type="text/xml")
    server.put("/terkini", antara_listing(numbers[:3]))
    for page in (2, 3, 4, 5):  # the last page repeats for ever
        server.put(f"/terkini/{page}", antara_listing(numbers[3:]))
    for n in numbers:
        server.put(f"/berita/{n}/judul", antara_article(n, f"Judul {n}"))
    return server


def paser(count: int = 4) -> SiteServer:
    server = SiteServer()
    posts = []
    for n in range(count, 0, -1):
        link = f"/berita/pemerintahan/kabar-{n}/"
        posts.append(
            {
                "id": n,
                "date_gmt": f"2026-09-{n + 1:02}T01:00:00",
                "modified_gmt": f"2026-09-{n + 1:02}T01:00:00",
                "link": f"https://mediacenter.paserkab.go.id{link}",
                "title": {"rendered": f"Kabar &#038; {n}"},
            }
        )
        page = f"""<html><head><link rel="shortlink" href="https://mediacenter.paserkab.go.id/?p={n}"></head>
<body class="single postid-{n}"><article id="post-{n}">
<span class="cat-links"><a rel="category" href="/berita/x/">Berita</a></span>
<h1 class="entry-title">Kabar &amp; {n}</h1><div class="entry-content"><p>TANA PASER, MCKabPaser – Kabar nomor {n}.</p>
<p>Kegiatan selesai.</p><p>Pewarta : Ani, Editor : Budi</p></div></article>
<div id="comments"><h3>Tinggalkan Balasan</h3></div></body></html>"""
        server.put(link, page)
    prefix = "/wp-json/wp/v2/posts?per_page=100&page="
    query = "&orderby=modified&_fields=id,date_gmt,modified_gmt,link,title"
    server.put(f"{prefix}1{query}", json.dumps(posts), Content_Type="application/json")
    server.put(f"{prefix}2{query}", '{"code":"rest_post_invalid_page_number"}', status=400)
    return server
