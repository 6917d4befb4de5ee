"""Speaks HTTP: fetches and records what the sites publish, with Scrapy."""
