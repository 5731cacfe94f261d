"""Asks a time stamping service for stamps (RFC 3161)."""

from urllib.parse import urlsplit

import attrs

from crawler.posting import PostFailed, post
from storage.errors import BackissueError, UsageError

TIMEOUT_SECONDS = 30.0
# A stamp with its certificates is some 6 KB.
MAX_ANSWER_BYTES = 1024 * 1024


class TimestampsMissing(UsageError):
    """The library that knows time stamps is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Time stamps need the library rfc3161-client, which is not installed. Install Backissue with it: "
            "pipx install '.[timestamp]', or make the evidence without --timestamp-server."
        )


class TimestampFailed(BackissueError):
    """There is no stamp."""

    def __init__(self, host: str, why: str):
        super().__init__(
            f"No time stamp came from {host}: {why}. Nothing was written; try again later, name another server, or "
            "make the evidence without one."
        )


@attrs.frozen
class TimeStamps:
    """A service, by its http or https address. Raises UsageError for another one."""

    url: str = attrs.field()

    @url.validator
    def _is_http(self, _: object, url: str) -> None:
        try:
            parts = urlsplit(url)
            good = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            good = False
        if not good:
            raise UsageError(f"{url!r} is no address of a time stamping service. Give a whole http:// or https:// one.")

    @property
    def server(self) -> str:
        """Its host, which is no secret."""
        return urlsplit(self.url).hostname or ""

    def stamp(self, data: bytes) -> bytes:
        """The service's answer, in DER, looked at: it grants a stamp, of this data, to this question.

        Who signed it is for those who check it to judge. Raises TimestampsMissing and TimestampFailed.
        """
        try:
            from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response
        except ImportError as error:
            raise TimestampsMissing from error
        request = TimestampRequestBuilder().data(data).hash_algorithm(HashAlgorithm.SHA256).build()
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            answer = post(self.url, request.as_bytes(), headers, timeout=TIMEOUT_SECONDS, most=MAX_ANSWER_BYTES)
        except PostFailed as error:
            raise TimestampFailed(self.server, str(error)) from None
        try:
            response = decode_timestamp_response(answer)
            if response.status > 1:
                raise TimestampFailed(self.server, f"it refused, with status {response.status}")
            info = response.tst_info
            same = info.message_imprint.message == request.message_imprint.message and info.nonce == request.nonce
        except ValueError as error:
            raise TimestampFailed(self.server, "what it answered is no time stamp") from error
        if not same:
            raise TimestampFailed(self.server, "its stamp is of something else")
        return answer
