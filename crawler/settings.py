"""Scrapy settings, each where it differs from Scrapy's default, and why."""

import os
from importlib.metadata import version

# warta's own
WARTA_DATA = os.environ.get("WARTA_DATA", "data")
WARTA_CONTACT = os.environ.get("WARTA_CONTACT", "")  # an address where the publisher reaches the operator
WARTA_MIN_DELAY_SECONDS = 1.0  # between two requests to a host, whatever DOWNLOAD_DELAY says; not on this machine
WARTA_LOOK_BACK_DAYS = 30  # without `since`: the first run takes minutes, not days

BOT_NAME = "warta"
SPIDER_MODULES = ["crawler.spiders"]
USER_AGENT = f"warta/{version('warta')}" + (f" (+{WARTA_CONTACT})" if WARTA_CONTACT else "")

# A guest asks for one page at a time (8 a host, no delay)
CONCURRENT_REQUESTS_PER_DOMAIN = 1
DOWNLOAD_DELAY = WARTA_MIN_DELAY_SECONDS
DOWNLOAD_DELAY_JITTER = 0  # 0.5 would ask at times after half the delay
DOWNLOAD_TIMEOUT = 60  # 180 s
DOWNLOAD_MAXSIZE = 20 * 1024 * 1024  # 1 GiB
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5  # 20
METAREFRESH_ENABLED = False
COMPRESSION_ENABLED = False  # True; what a body says is read from its record, where there is one decoder
DOWNLOAD_FAIL_ON_DATALOSS = False  # True; a page that broke off behind its end is whole (see archive.extract.page)
REFERRER_POLICY = "no-referrer"  # a redirect would carry the address it came from
COOKIES_ENABLED = False  # cookies on means look-ups of a public suffix list, and sessions nobody wants
DOWNLOAD_VERIFY_CERTIFICATES = True  # False

# Only http, only through the recorder
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
    "Accept-Encoding": "gzip",  # WARC readers decode nothing newer
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.politeness.GuardMiddleware": 50,
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,  # obeys for the first waiter of a burst only
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": 550,
}
EXTENSIONS = {
    "crawler.session_keeper.SessionKeeper": 0,
    "crawler.vocabulary_updater.VocabularyUpdater": 0,
    "crawler.middlewares.politeness.RetryAfter": 0,
    "scrapy.extensions.telnet.TelnetConsole": None,
    "scrapy.extensions.logstats.LogStats": None,
    "scrapy.extensions.memusage.MemoryUsage": None,
}
TELNETCONSOLE_ENABLED = False  # on: a door into the process
REMOTE_CONTROL_ENABLED = False  # on: another

LOG_LEVEL = "INFO"  # DEBUG
STATS_DUMP = False
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"  # ERROR; the run's own report says it
