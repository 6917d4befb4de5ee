"""MC Kominfo Paser, mediacenter.paserkab.go.id: the media centre of Paser regency."""

from crawler.spiders.base.wordpress import WordpressSpider


class McPaserSpider(WordpressSpider):
    name = "mc_paser"
    site = "mc-paser"
    listing = "/berita/page/{}/"
