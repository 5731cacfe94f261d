"""Scrapy's AutoThrottle, which never speeds up on a 304, with that corrected."""

from scrapy.core.downloader import Slot
from scrapy.extensions.throttle import AutoThrottle
from scrapy.http import Response


class Throttle(AutoThrottle):
    """Counts a 304 as the full answer that it is.

    AutoThrottle ignores any status but 200 where it would shorten the delay, as error pages come back quickly. A night
    of revisits is mostly 304s, and would go on at the starting delay for ever.
    """

    def _adjust_delay(self, slot: Slot, latency: float, response: Response) -> None:
        super()._adjust_delay(slot, latency, response.replace(status=200) if response.status == 304 else response)
