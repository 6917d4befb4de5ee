"""Scrapy's settings that differ from its defaults (in the comments: the default, or why it is changed), and warta's."""

import os
from importlib.metadata import version

# warta's own
WARTA_DATA = os.environ.get("WARTA_DATA", "data")
WARTA_CONTACT = os.environ.get("WARTA_CONTACT", "")  # an address at which a publisher can reach the operator
WARTA_MIN_DELAY_SECONDS = 1.0  # between two requests to a host, even if DOWNLOAD_DELAY is less; not on this machine
WARTA_LOOK_BACK_DAYS = 30  # the default of `since`, so that a first run takes minutes and not days

BOT_NAME = "warta"
SPIDER_MODULES = ["crawler.spiders"]
USER_AGENT = f"warta/{version('warta')}" + (f" (+{WARTA_CONTACT})" if WARTA_CONTACT else "")

# Politeness: one request at a time, with a delay (8 requests to a host, no delay)
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = WARTA_MIN_DELAY_SECONDS
DOWNLOAD_DELAY_JITTER = 0  # 0.5, which shortens some delays to the half
DOWNLOAD_TIMEOUT = 60  # 180 s
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024  # 1 GiB
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5  # 20
METAREFRESH_ENABLED = False
COMPRESSION_ENABLED = False  # True; bodies are decoded from their records (archive.warc.http_message)
DOWNLOAD_FAIL_ON_DATALOSS = False  # True; a page whose connection broke after </html> is whole (archive.extract.page)
REFERRER_POLICY = "no-referrer"  # by default the request after a redirect says where it came from
COOKIES_ENABLED = False  # True, which looks up a public suffix list and starts sessions
DOWNLOAD_VERIFY_CERTIFICATES = True  # False

# HTTP only, and all of it recorded
DOWNLOAD_HANDLERS = {
    "http": "crawler.download_handler.RecordingHandler",
    "https": "crawler.download_handler.RecordingHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
DEFAULT_REQUEST_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,application/json;q=0.9,*/*;q=0.5",
    "Accept-Language": "id,en;q=0.5",
    "Accept-Encoding": "gzip",  # many WARC readers decode no newer coding
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.politeness.GuardMiddleware": 50,
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    # Replaced: of several first requests at once, it applies robots.txt to one only.
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
    # Replaced: of a story it does not follow redirects to a front page, and it gives cookies back on the way.
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.middlewares.redirects.StoryRedirectMiddleware": 600,
}
EXTENSIONS = {
    "crawler.session_keeper.SessionKeeper": 0,
    "crawler.vocabulary_updater.VocabularyUpdater": 0,
    "crawler.middlewares.politeness.RetryAfter": 0,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
}
TELNETCONSOLE_ENABLED = False  # True; it lets other local users control the process
REMOTE_CONTROL_ENABLED = False  # so does this

LOG_LEVEL = "INFO"  # DEBUG
STATS_DUMP = False
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # ERROR; the run's report has it, too
