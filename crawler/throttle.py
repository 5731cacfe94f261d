"""The pause between two requests to a host: Scrapy's AutoThrottle, with two of its habits corrected."""

from scrapy import Request, Spider
from scrapy.core.downloader import Slot
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response


class Throttle(AutoThrottle):
    """Counts a 304 as the full answer that it is, and never goes below the Crawl-delay of robots.txt.

    AutoThrottle ignores any status but 200 where it would shorten the delay, as error pages come back quickly. A night
    of revisits is mostly 304s, and would go on at the starting delay for ever.
    """

    def _response_downloaded(self, response: Response, request: Request, spider: Spider) -> None:
        super()._response_downloaded(response, request, spider)
        _, slot = self._get_slot(request, spider)
        if slot is not None:
            slow_down(slot, request)

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response.replace(status=200) if response.status == 304 else response)


def slow_down(slot: Slot, request: Request) -> None:
    """Keep a host's pause as long as the Crawl-delay that a request to it has in `meta`."""
    pause: float | None = request.meta.get("crawl_delay")
    if pause is not None and slot.delay <= pause:
        slot.delay = pause
        # Half as long now and then would be less than was asked for.
        slot.jitter = 0.0
