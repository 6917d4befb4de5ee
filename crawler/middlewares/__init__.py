"""What every request passes on its way to a site: the site's own hosts, robots.txt, Retry-After."""
