"""What a door says to a request that may not pass."""

from collections.abc import Mapping


class Refused(Exception):
    """A request stops here: an HTTP status, one sentence that ends in what to do, and headers."""

    def __init__(self, status: int, sentence: str, headers: Mapping[str, str] | None = None):
        self.status = status
        self.sentence = sentence
        self.headers = dict(headers or {})
        super().__init__(sentence)


class Elsewhere(Exception):
    """A reader is led to another page first; `location` is one of ours."""

    def __init__(self, location: str):
        self.location = location
        super().__init__(location)


class ClientGone(Exception):
    """The client went before its request had arrived: there is nobody to answer."""
