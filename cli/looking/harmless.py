"""Makes text harmless that came from a site: nothing of it steers a terminal, breaks a line, or turns others around."""

import re

# U+2400 on show the control characters by their names.
_PICTURES = 0x2400
_DELETE_PICTURE = "\u2421"
_REPLACEMENT = "\ufffd"

# Line breaks and tabs are spaces here, as all white space: a record is a line.
_SPACES = re.compile(r"[\s\u0085\u2028\u2029]+")

# Bidirectional overrides, embeddings, isolates and marks; what is no character; tags, which are seen nowhere.
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e0fff]"
)


def harmless(text: str) -> str:
    """The text on one line, with a sign in place of each character that is not seen.

    Joiners stay: scripts and emoji need them.
    """
    return _UNSEEN.sub(_sign, _SPACES.sub(" ", text)).strip()


def same_length(text: str) -> str:
    """As `harmless`, and as long as before: for a text of which pieces are marked by their places."""
    return _UNSEEN.sub(_sign, _SPACES.sub(lambda found: " " * len(found[0]), text))


def paragraphs(text: str) -> str:
    """As `same_length`, line by line: for a text of several paragraphs."""
    return "\n".join(map(same_length, text.split("\n")))


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(_PICTURES + code)
    return _DELETE_PICTURE if code == 0x7F else _REPLACEMENT
