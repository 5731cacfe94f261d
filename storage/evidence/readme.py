"""The README of a bundle: how somebody else checks it, with public tools and without Backissue."""

from datetime import datetime

from storage.clock import iso
from storage.evidence.subject import Subject

_WHAT = """\
Evidence of a web page
======================

Page:       {url}
Snapshots:  {count}, captured {first} to {last} (UTC)
Made:       {made} by Backissue, https://github.com/backissue/backissue

What is in it
-------------

records.warc.gz   What the servers sent, and what they were asked, as WARC records (ISO 28500): copies, byte for byte,
                  of those that were written when the page was visited.
snapshots/        The text of each version as Backissue read it out of these bytes (.txt), and with title, byline and
                  dates (.json). The SHA-256 of the .txt file is the "digest" of its .json file.
changes/          What differs between each version and the next, for people (.html) and programs (.json).
manifest.json     What the archive knows: every visit with its outcome, and where each record lies.
SHA256SUMS        The SHA-256 of each file above, and of this one.
"""
_CHECK = """
How to check it
---------------

1. Nothing was changed since the bundle was made. In the folder into which it was unpacked:

       sha256sum -c SHA256SUMS          (on a Mac: shasum -a 256 -c SHA256SUMS)

2. Each record is whole, and its payload is the one that was noted when it was written. With Python 3:

       python3 -m venv check && check/bin/pip install warcio
       check/bin/warcio check -v records.warc.gz

3. What the servers sent can be read, without Backissue, by

       check/bin/warcio index -f offset,warc-type,warc-date,warc-target-uri,http:status records.warc.gz
       check/bin/warcio extract --payload records.warc.gz OFFSET

   or shown by any program that replays WARC files, such as https://replayweb.page. A record of the type "revisit"
   says that the server sent again what an earlier record holds, or answered that nothing had changed (304).
"""
_STAMPED = """
4. It existed at a certain time. SHA256SUMS.tsr is a time stamp (RFC 3161) of SHA256SUMS by a service that is none of
   ours ({server}):

       openssl ts -reply -in SHA256SUMS.tsr -text
       openssl ts -verify -data SHA256SUMS -in SHA256SUMS.tsr -CAfile CA.pem

   CA.pem is the root certificate of that service, which it publishes; get it there and not from whoever gave you this.
   Where the service signs by an intermediate certificate that the stamp does not hold, add it with -untrusted.
"""
_LIMITS = """
What it shows, and what it does not
-----------------------------------

The digests show that these files belong together and are unchanged since SHA256SUMS was made.
{time}

That the servers sent this at the time that the records name rests on the word of whoever keeps the archive: HTTPS
encrypts what is sent, but does not sign it for others. Status lines and header names are as the HTTP client rebuilt
them; the first record of records.warc.gz says how.
"""


def readme(about: Subject, made: datetime, server: str | None) -> str:
    """The text. `server`: whose time stamp there is."""
    views = [view for view, _ in about.snapshots]
    time = "The time stamp shows that they existed then." if server else "There is no time stamp that says since when."
    parts = [
        _WHAT.format(
            url=views[-1].canonical_url, count=len(views), first=iso(views[0].captured_at),
            last=iso(views[-1].captured_at), made=iso(made),
        ),
        _CHECK,
        _STAMPED.format(server=server) if server else "",
        _LIMITS.format(time=time),
    ]  # fmt: skip
    return "".join(parts)
