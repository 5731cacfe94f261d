"""What can be wrong with a document that should have listed articles."""

from storage.errors import BackissueError


class ListingError(BackissueError):
    """A feed, sitemap or section page could not be read as a listing of articles."""


class NotAFeed(ListingError):
    """The document is no RSS, Atom, RDF or JSON feed."""

    def __init__(self, url: str, what: str):
        self.url = url
        self.what = what
        super().__init__(
            f"{url} is not a feed; what came is {what}. "
            "Open it in a browser, and give the source the address of its feed, or leave the feed out."
        )


class NotASitemap(ListingError):
    """The document is no sitemap, sitemap index, plain list of URLs or feed."""

    def __init__(self, url: str, what: str):
        self.url = url
        self.what = what
        super().__init__(
            f"{url} is not a sitemap; what came is {what}. "
            "The site's robots.txt names its sitemaps; give the source one of those, or leave the sitemap out."
        )


class NotASection(ListingError):
    """The document is no HTML page."""

    def __init__(self, url: str, what: str):
        self.url = url
        self.what = what
        super().__init__(
            f"{url} is not a page with links; what came is {what}. "
            "Give the source a section page or the front page, and feeds and sitemaps as what they are."
        )


class ListingTooLarge(ListingError):
    """The document is larger than anything that a news site lists articles with."""

    def __init__(self, url: str, limit: str):
        self.url = url
        self.limit = limit
        super().__init__(
            f"{url} holds more than {limit}, and was not read. "
            "Give the source a smaller feed, sitemap or section page that names the newest articles."
        )


class DeclaresEntities(ListingError):
    """The document declares entities of its own, which is how a small file is made to fill the memory."""

    def __init__(self, url: str):
        self.url = url
        super().__init__(
            f"{url} declares XML entities in its DOCTYPE, which can make a small file fill the memory, and was not "
            "read. Give the source another feed or sitemap, or ask the publisher to leave the declarations out."
        )


class UnreadableListing(ListingError):
    """The document looks like a listing, but the parser gave up on it."""

    def __init__(self, url: str, why: str):
        self.url = url
        self.why = why
        super().__init__(
            f"{url} could not be read: {' '.join(why.split())[:200]}. "
            "Give the source another feed or sitemap of this site; if browsers and feed readers can read this one, "
            "please report it with the file."
        )
