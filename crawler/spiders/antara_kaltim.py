"""ANTARA Kaltim, kaltim.antaranews.com: the East Kalimantan bureau."""

from crawler.spiders.base.antara import AntaraSpider


class AntaraKaltimSpider(AntaraSpider):
    name = "antara_kaltim"
    site = "antara-kaltim"
