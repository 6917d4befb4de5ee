"""Fetches and records what the sites publish, with Scrapy."""
