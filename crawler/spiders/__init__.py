"""Scrapy finds the spiders in this package; each is a few lines on a base class."""
