"""Politeness of every request: only to the site's own hosts, as robots.txt allows, with pauses."""
