"""Keeps, reads, finds and shows news. Never imports `crawler` and never needs Scrapy."""
