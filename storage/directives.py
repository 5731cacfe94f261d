"""What a page asks of search engines, in a robots meta element or an X-Robots-Tag header."""

# Rules for named crawlers other than these speak of one service (a news aggregator, say), not of the page.
_ALL = frozenset({"robots", "googlebot"})

# With a value of their own, which may hold a colon and a comma.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


def forbids_index(value: str) -> bool:
    """Whether a list of directives asks every search engine to leave the page out ("noindex, nofollow", "none").

    In a header a crawler may be named first ("otherbot: noindex"), and holds for what follows.
    """
    crawler = "robots"
    for part in value.lower().split(","):
        before, colon, directive = part.partition(":")
        if colon and before.strip() not in _VALUED:
            crawler = before.strip()
        else:
            directive = before
        if crawler in _ALL and directive.strip() in ("noindex", "none"):
            return True
    return False
