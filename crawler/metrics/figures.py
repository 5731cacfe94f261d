"""The ledger as Prometheus metrics."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from storage.archive import Archive
from storage.clock import seconds
from storage.folder import Folder

# Prometheus asks every quarter of a minute, and what is due and the disk's use take a walk through a large archive.
CACHED_SECONDS = 60.0

_RATES = ("block_rate", "failure_rate", "empty_rate", "untitled_rate", "undated_rate", "not_article_rate")


class Figures(Collector):
    """What `status` says to readers, since whoever reaches the address sees it, and how many crawls are under way in
    this process."""

    def __init__(self, folder: Folder, running: Callable[[], int]):
        self._folder = folder
        self._running = running
        self._read_at = 0.0
        self._state: dict[str, Any] = {}

    def state(self) -> dict[str, Any]:
        """The ledger, not older than CACHED_SECONDS. Raises BackissueError."""
        if time.monotonic() - self._read_at > CACHED_SECONDS or not self._state:
            archive = Archive.open(self._folder.path)
            try:
                self._state = archive.status(to_readers=True)
            finally:
                archive.close()
            self._read_at = time.monotonic()
        return self._state

    def collect(self) -> Iterable[Metric]:
        """The metrics. Raises BackissueError."""
        state = self.state()
        yield GaugeMetricFamily("backissue_crawls_running", "Crawls that this process has started.", self._running())
        yield GaugeMetricFamily("backissue_pages", "Pages in the archive.", state["pages"])
        yield GaugeMetricFamily("backissue_snapshots", "Snapshots in the archive.", state["snapshots"])
        yield _labelled(
            "backissue_disk_bytes", "Bytes that the archive takes, and `free` ones.", "what", state["disk"].items()
        )
        yield _labelled(
            "backissue_notices", "Notices that wait, and digests by how they are.", "state", state["notices"].items()
        )
        yield GaugeMetricFamily(
            "backissue_takedowns_unconfirmed",
            "Pages that were gone at their last visit only.",
            state["takedowns"]["unconfirmed"],
        )
        oldest = state["takedowns"]["oldest"]
        if oldest is not None:
            yield GaugeMetricFamily(
                "backissue_takedown_oldest_unconfirmed_timestamp_seconds", "Since when.", seconds(oldest["gone_at"])
            )
        yield from _sources(state["sources"])
        yield from _totals(state["totals"])
        alarms = GaugeMetricFamily("backissue_alarm", "1 for each alarm of `status`.", labels=["source", "sign"])
        for source, sign in sorted({(alarm["source"] or "", alarm["sign"]) for alarm in state["alarms"]}):
            alarms.add_metric([source, sign], 1)
        yield alarms


def _sources(sources: list[dict[str, Any]]) -> Iterable[Metric]:
    yield _labelled(
        "backissue_due", "Articles to be visited by now.", "source", [(row["source"], row["due"]) for row in sources]
    )
    crawled = [row for row in sources if row["last_run_at"] is not None]
    yield _labelled(
        "backissue_last_run_timestamp_seconds",
        "When the last crawl began.",
        "source",
        [(row["source"], seconds(row["last_run_at"])) for row in crawled],
    )
    for name, said in (("fresh", "New articles of the last day."), ("fresh_habit", "The median of the days before.")):
        known = [(row["source"], row[name]) for row in crawled if row[name] is not None]
        yield _labelled(f"backissue_{name}", said, "source", known)
    rates = GaugeMetricFamily("backissue_rate", "Rates of the last day.", labels=["source", "what"])
    for row in crawled:
        for name in _RATES:
            if row[name] is not None:
                rates.add_metric([row["source"], name.removesuffix("_rate")], row[name])
    yield rates


def _totals(totals: list[dict[str, Any]]) -> Iterable[Metric]:
    runs = CounterMetricFamily("backissue_runs", "Runs that have ended.", labels=["source", "kind", "state"])
    urls = CounterMetricFamily("backissue_urls", "URLs that were taken up.", labels=["source", "kind", "state"])
    for row in totals:
        labels = [row["source"] or "", row["kind"], row["state"]]
        runs.add_metric(labels, row["runs"])
        urls.add_metric(labels, row["urls"])
    yield runs
    yield urls


def _labelled(name: str, said: str, label: str, values: Iterable[tuple[str, float]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, said, labels=[label])
    for value, number in values:
        family.add_metric([value], number)
    return family
