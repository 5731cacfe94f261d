"""Scrapy's settings, each with its reason."""

import importlib.util
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from pipelines.stages import ITEM_PIPELINES as _STAGES

try:
    _VERSION = version("backissue")
except PackageNotFoundError:
    _VERSION = "0"

BOT_NAME = "backissue"
# Names the project, so that a publisher can see who comes and say no in robots.txt.
USER_AGENT = f"backissue/{_VERSION} (news archive; +https://github.com/backissue/backissue)"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "backissue"
ROBOTSTXT_PARSER = "crawler.robots_txt.RobotsTxt"

SPIDER_MODULES = ["crawler.spiders"]

# --- pace: a guest does not hurry ---
AUTOTHROTTLE_ENABLED = True
# One request at a time to a host is what a reader makes.
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
CONCURRENT_REQUESTS = 32
DOWNLOAD_DELAY = 0
DOWNLOAD_SLOTS = {
    # What a page's scripts ask for (crawler.rendering.pages.SLOT).
    "rendering": {"concurrency": 8, "delay": 0, "jitter": 0},
    # Images and styles (crawler.assets.SLOT): a browser asks for dozens at once.
    "assets": {"concurrency": 2, "delay": 0.1, "jitter": 0},
}
AUTOTHROTTLE_START_DELAY = 2.0
# All of Scrapy's own are off (its throttle is ours, log statistics would break the progress bar), and are left out of
# the base, since they are imported even where they are off: remote control alone brings a web server, 0.2 s.
EXTENSIONS_BASE: dict[Any, Any] = {}
EXTENSIONS: dict[Any, Any] = {"crawler.throttle.Throttle": 0}

# --- limits: what passes them is no article ---
# Cancels the request in Twisted's own way when the host does not answer a look-up.
DNS_TIMEOUT = 20
RETRY_TIMES = 1
# 429 and 503 are asked again when the host's back-off is over: see crawler.back_off.
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408, 429]
REDIRECT_MAX_TIMES = 8
# 16 MiB on the wire; a gzip bomb of 1 MB took 1.1 GB without a limit. 64 MiB decoded is storage.markup.decode's.
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
URLLENGTH_LIMIT = 2083

# --- nothing is lost between the wire and the archive ---
# HTTP errors are outcomes, and reach the pipelines.
HTTPERROR_ALLOW_ALL = True
# A body that was cut off is kept and marked.
DOWNLOAD_FAIL_ON_DATALOSS = False
# The frontier in the database is the filter.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
# No JOBDIR: killed at random points, it ended 13 of 20 resumed crawls after one request, exit 0.
JOBDIR = None
# Decoding is ours: the WARC needs the wire bytes.
COMPRESSION_ENABLED = False
# Runs charset detection over gzip bytes, and a news page that refreshes itself is no redirect.
METAREFRESH_ENABLED = False
REFERER_ENABLED = False

# --- safety ---
DOWNLOAD_VERIFY_CERTIFICATES = True
COOKIES_ENABLED = False
# A proxy takes the look-up of names, and with it the guard of addresses, out of our hands: only a source's own `proxy`
# may, and none that the environment happens to name.
HTTPPROXY_ENABLED = False
TELNETCONSOLE_ENABLED = False
# On by default since 2.19: it runs any Python that is posted to it.
REMOTE_CONTROL_ENABLED = False
DOWNLOAD_HANDLERS: dict[str, Any] = {
    "http": "crawler.handler.GatedHandler",
    "https": "crawler.handler.GatedHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
# Without the reactor, names are looked up elsewhere and the guard is passed by.
TWISTED_REACTOR_ENABLED = True
TWISTED_DNS_RESOLVER = "crawler.addresses.GuardedResolver"

DOWNLOADER_MIDDLEWARES: dict[Any, Any] = {
    # First on the way out, again for every redirect and retry.
    "crawler.middlewares.guard.GuardMiddleware": 10,
    # Scrapy's own place for it.
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    "crawler.back_off.Retry": 550,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
    # Next to the downloader: sees every exchange before anything changes it.
    "crawler.middlewares.capture.CaptureMiddleware": 990,
}
SPIDER_MIDDLEWARES: dict[Any, Any] = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
    "scrapy.spidermiddlewares.start.StartSpiderMiddleware": None,
}
ITEM_PIPELINES = _STAGES
# Of one response, which has one item: Scrapy starts so many tasks for each, and 100 took 2 ms a page.
CONCURRENT_ITEMS = 1
# Reads the source of each callback anew where callbacks are partials: 1.4 ms a page.
WARN_ON_GENERATOR_RETURN_VALUE = False
SCRAPER_SLOT_MAX_ACTIVE_SIZE = 32 * 1024 * 1024

DEFAULT_REQUEST_HEADERS = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

# Quicker by a quarter where it is installed; the standard loop elsewhere.
ASYNCIO_EVENT_LOOP = "uvloop.Loop" if importlib.util.find_spec("uvloop") else None

LOG_LEVEL = "WARNING"
STATS_DUMP = False
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"
MEMUSAGE_ENABLED = False
