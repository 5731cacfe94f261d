"""Rendering in the line of a crawl: which captures are rendered, and how their scripts' questions are asked."""

from collections.abc import Mapping

import attrs
from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from crawler.middlewares.capture import lines_of
from crawler.misses import judge
from crawler.rendering.renderer import Answer, Page, Renderer
from storage.capture import Capture, Miss
from storage.errors import BackissueError
from storage.markup.decode import BodyTooLarge, UnknownEncoding, decode_body

SLOT = "rendering"
"""What a page's scripts ask for belongs to the visit of the page: no pause between, but each host's place."""


@attrs.frozen
class Subrequests:
    """Asks for what a page's scripts ask for, through all middlewares: guard, robots.txt, back-offs, limits."""

    _crawler: Crawler

    async def __call__(self, url: str, headers: Mapping[str, str]) -> Answer | str:
        request = Request(
            url,
            headers=dict(headers),
            callback=NO_CALLBACK,
            dont_filter=True,
            meta={"download_slot": SLOT, "rendering": True, "autothrottle_dont_adjust_delay": True},
        )
        try:
            response: Response = await self._crawler.engine.download_async(request)
        except Exception as error:  # noqa: BLE001 - the script is told that it failed, and the renderer counts it
            return judge(error, url, 0)[1]
        return Answer(response.status, lines_of(response.headers), response.body)


async def rendered(renderer: Renderer, capture: Capture) -> Capture | Miss:
    """The capture with its rendered markup; as it is where it is no page; a miss where it could not be rendered."""
    kind = (capture.header("Content-Type") or "").partition(";")[0].strip().lower()
    if capture.status != 200 or not capture.body or kind not in ("text/html", "application/xhtml+xml"):
        return capture
    try:
        body = decode_body(capture.body, capture.header("Content-Encoding")).data
        page = Page(url=capture.url, headers=capture.headers, body=body)
        return attrs.evolve(capture, rendered=await renderer.markup(page))
    except (BodyTooLarge, UnknownEncoding):
        # The pipelines say so.
        return capture
    except BackissueError as error:
        return Miss(
            requested_url=capture.requested_url,
            outcome="failed",
            kind="render",
            message=str(error),
            missed_at=capture.captured_at,
            redirects=capture.redirects,
            entry=capture.entry,
        )


async def rendered_listing(renderer: Renderer, response: Response) -> bytes:
    """The markup of a section page after its scripts have run. Raises RenderFailed and RenderUnavailable."""
    return await renderer.markup(Page(url=response.url, headers=lines_of(response.headers), body=response.body))
