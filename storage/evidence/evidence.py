"""Puts together the evidence of a page: one ZIP file that another person can check with public tools."""

import itertools
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
from sqlalchemy import Connection

from storage import database
from storage.archive import Archive
from storage.clock import iso
from storage.compare.as_html import as_html
from storage.evidence.readme import readme
from storage.evidence.subject import Subject, subject
from storage.exporting.bundle import Bundle
from storage.exporting.records import complete, copied, hidden
from storage.exporting.target import NotWritten, whole_file
from storage.exporting.warc import COPIED, SOFTWARE
from storage.page_versions import between
from storage.snapshot_views import SnapshotView
from storage.warc_records import warcinfo

RECORDS = "records.warc.gz"
SUMS = "SHA256SUMS"


@attrs.frozen(kw_only=True)
class Stamper:
    """Whoever gives time stamps (RFC 3161)."""

    server: str
    """Its address, as the README names it."""
    stamp: Callable[[bytes], bytes]
    """The service's answer to some data, in DER."""


@attrs.frozen(kw_only=True)
class Made:
    """A bundle that was written."""

    path: Path
    snapshots: int
    records: int
    stamped: bool
    problems: tuple[str, ...]
    """One sentence for each record that is not in it."""

    def as_json(self) -> dict[str, Any]:
        """As `evidence --json` prints it."""
        return {**attrs.asdict(self), "path": str(self.path)}


def make_evidence(
    archive: Archive,
    what: str,
    output: Path | None = None,
    *,
    made: datetime,
    stamper: Stamper | None = None,
    force: bool = False,
    check: Callable[[], None] = lambda: None,
) -> Made:
    """Write the bundle of a page (its URL) or of one snapshot (its number). `output`: by default `evidence-N.zip` here,
    with the number of the newest snapshot.

    `check` is called again and again, and may raise KeyboardInterrupt.
    The same archive gives the same bytes, but for the time `made` and the stamp. Raises PageNotFound, and what
    `whole_file` and the stamper raise.
    """
    with database.reading(archive.engine) as connection:
        about = subject(connection, what)
        path = output or Path(f"evidence-{about.snapshots[-1][0].snapshot}.zip")
        try:
            with whole_file(path, force=force) as file:
                return _write(archive, connection, about, path, Bundle(file, check), made, stamper)
        except KeyboardInterrupt as error:
            raise NotWritten(path) from error


def _write(
    archive: Archive,
    connection: Connection,
    about: Subject,
    path: Path,
    bundle: Bundle,
    made: datetime,
    stamper: Stamper | None,
) -> Made:
    problems: list[str] = []
    try:
        bundle.add("README.txt", readme(about, made, stamper.server if stamper else None))
        records = _records(archive.folder.warc, connection, about, bundle, made, problems)
        files = _snapshots(archive, about, bundle)
        _changes(connection, about, bundle)
        manifest = _manifest(about, made, files, records, problems)
        bundle.add("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2) + "\n")
        sums = "".join(f"{bundle.files[name].sha256}  {name}\n" for name in sorted(bundle.files)).encode()
        bundle.add(SUMS, sums)
        if stamper is not None:
            bundle.add(f"{SUMS}.tsr", stamper.stamp(sums))
        bundle.finish()
    except BaseException:
        bundle.abandon()
        raise
    return Made(
        path=path,
        snapshots=len(about.snapshots),
        records=len(records),
        stamped=stamper is not None,
        problems=tuple(problems),
    )


def _records(
    folder: Path, connection: Connection, about: Subject, bundle: Bundle, made: datetime, problems: list[str]
) -> list[dict[str, Any]]:
    listed = []
    with bundle.file(RECORDS, stored=True) as member:
        member.write(warcinfo(RECORDS, made, SOFTWARE, copied=COPIED).gzipped)
        kept = complete(connection, folder, about.answers, problems, hidden(connection))
        for one, data in copied(folder, kept, problems):
            listed.append(
                {
                    "warc_record": one.record_id,
                    "type": one.type,
                    "url": one.url,
                    "captured_at": iso(one.captured_at),
                    "offset": member.bytes,
                    "length": len(data),
                    "sha256": one.location.sha256.hex(),
                    "archive": {"file": one.location.file, "offset": one.location.offset},
                }
            )
            member.write(data)
    return listed


def _snapshots(archive: Archive, about: Subject, bundle: Bundle) -> dict[int, str]:
    """The files of the snapshots, by number, without their ends."""
    files = {}
    for place, (view, _) in enumerate(about.snapshots, 1):
        files[view.snapshot] = f"snapshots/{place:04d}-{_stamp(view)}"
        bundle.add(f"{files[view.snapshot]}.txt", view.text)
        whole = json.dumps(view.as_json(removed=archive.removed(view)), ensure_ascii=False, indent=2)
        bundle.add(f"{files[view.snapshot]}.json", whole + "\n")
    return files


def _changes(connection: Connection, about: Subject, bundle: Bundle) -> None:
    for place, ((old, _), (new, change)) in enumerate(itertools.pairwise(about.snapshots), 1):
        if change is None:
            # What differs may be ours, or tell of a snapshot in between that is withheld.
            continue
        diff = between(connection, old, new)
        name = f"changes/{place:04d}-{place + 1:04d}"
        bundle.add(f"{name}.json", json.dumps(diff.as_json(), ensure_ascii=False, indent=2) + "\n")
        names = [f"{iso(one.captured_at)} (snapshot {one.snapshot})" for one in (old, new)]
        title, summary = new.title or new.url, diff.change.summary
        bundle.add(f"{name}.html", as_html(diff.comparison, title=title, old=names[0], new=names[1], summary=summary))


def _manifest(
    about: Subject, made: datetime, files: dict[int, str], records: list[dict[str, Any]], problems: list[str]
) -> dict[str, Any]:
    return {
        "format": "backissue evidence 1",
        "made_at": iso(made),
        "software": SOFTWARE,
        "page": about.snapshots[-1][0].canonical_url,
        "urls": list(about.urls),
        "whole_page": about.whole_page,
        "snapshots": [
            view.as_json(whole=False)
            | {"files": [f"{files[view.snapshot]}.txt", f"{files[view.snapshot]}.json"]}
            | {"change": change.as_json() if change else None}
            for view, change in about.snapshots
        ],
        "visits": list(about.visits),
        "events": [event.as_json() for event in about.events],
        "records": records,
        "missing": problems,
    }


def _stamp(view: SnapshotView) -> str:
    return f"{view.captured_at:%Y%m%dT%H%M%SZ}-snapshot-{view.snapshot}"
