"""What can go wrong, as one small tree. An error takes facts and writes its own sentence, which ends in what to do."""

from datetime import datetime
from pathlib import Path

from storage.clock import iso


class BackissueError(Exception):
    """The root: an error whose message is meant for the user, in one line."""

    exit_code = 1

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross from worker processes to the main one. The default way calls the class with the finished
        # sentence, which does not fit constructors that take facts.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(kind: type[BackissueError], args: tuple[object, ...], state: dict[str, object]) -> BackissueError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class UsageError(BackissueError):
    """The command was given something it cannot work with."""

    exit_code = 2


class RefusedURL(BackissueError):
    """A URL that is not fetched, whatever it may hold."""


class InvalidURL(RefusedURL):
    """The text is no absolute http or https URL."""

    def __init__(self, url: str, why: str):
        super().__init__(f"{url!r} is not a URL that can be archived: {why}. Give a whole http:// or https:// address.")


class UnsafeAddress(RefusedURL):
    """The URL, or a redirect on its way, leads to an address that is not public."""

    def __init__(self, url: str, address: str):
        self.address = address
        super().__init__(
            f"{url} leads to {address}, which is not a public address. To archive a site on your own network, "
            "set `allow_private = true` for its source, or pass --allow-private to `archive`."
        )


class HostBacksOff(BackissueError):
    """The URL's host is left alone for longer than a run waits."""

    def __init__(self, url: str, until: datetime, *, robots: int | None = None, unreachable: bool = False):
        self.until = until
        self.unreachable = unreachable
        """It did not ask for that: it could not be reached."""
        why = f"its robots.txt answered {robots}" if robots else "it asked for that"
        if unreachable:
            why = "it could not be reached several times in a row"
        super().__init__(f"{url} was not fetched: its host is left alone until {iso(until)}; {why}. Try again then.")


class RobotsUnreachable(BackissueError):
    """There was no answer to the question for robots.txt; the cause says why."""

    def __init__(self, url: str):
        super().__init__(f"The robots.txt for {url} cannot be reached. Try again later.")


class ArchiveNotFound(UsageError):
    """A reading command was pointed at a folder without an archive."""

    def __init__(self, folder: Path):
        super().__init__(
            f"{folder} holds no archive. Fill one with `backissue archive URL`, `crawl` or `import`, or name the right "
            "folder with --archive DIR or BACKISSUE_ARCHIVE."
        )


class ArchiveNotWritable(BackissueError):
    """The archive's folder or a file in it cannot be made or written."""

    def __init__(self, folder: Path, why: str):
        super().__init__(f"The archive in {folder} cannot be written: {why}. Check the folder's owner and free space.")


class NewerDatabase(BackissueError):
    """The database was made by a version of Backissue that knows more tables than this one."""

    def __init__(self, revision: str):
        super().__init__(
            f"The database was made by a newer version of Backissue (schema {revision}). "
            "Upgrade Backissue, or open another archive; nothing was changed."
        )


class OlderDatabase(BackissueError):
    """A reading command met a database that has to be migrated first."""

    def __init__(self, revision: str):
        super().__init__(
            f"The database has an older schema ({revision}). Any command that writes, such as `backissue crawl`, "
            "brings it up to date; make a copy of the archive's folder first."
        )


class DatabaseFailed(BackissueError):
    """The database refused a write or a read."""

    def __init__(self, why: str):
        super().__init__(
            f"The database failed: {why}. Nothing that was acknowledged is lost; free the disk or "
            "the lock and run the same command again."
        )


class WarcFailed(BackissueError):
    """A WARC file could not be written."""

    def __init__(self, file: str, why: str):
        super().__init__(
            f"{file} cannot be written: {why}. Nothing that was acknowledged is lost; free the disk and run the "
            "same command again."
        )


class DamagedRecord(BackissueError):
    """A WARC record is not what was written."""

    for_readers = (
        "What was captured is damaged where it is kept, and cannot be shown. Whoever runs this archive finds more in "
        "its log, and with `backissue verify`."
    )
    """The sentence for readers, who need not know where the archive lies."""

    def __init__(self, file: str, offset: int, why: str):
        super().__init__(
            f"The WARC record at {offset} in {file} is damaged: {why}. Restore the file from a copy; the "
            "other records can still be read."
        )


class NotAWarc(UsageError):
    """A file given to `import` holds no WARC records."""

    def __init__(self, file: str, why: str):
        super().__init__(f"{file} is not a WARC file that can be imported: {why}.")


class SourceFileError(UsageError):
    """`sources.toml` has a mistake; the message names the line."""

    def __init__(self, file: Path, line: int | None, why: str):
        self.line = line
        where = f"{file}, line {line}" if line else str(file)
        super().__init__(f"{where}: {why}. The keys and values are described in docs/sources.md.")


class NoticeFileError(UsageError):
    """`notices.toml` has a mistake; the message names the line."""

    def __init__(self, file: Path, line: int | None, why: str):
        self.line = line
        where = f"{file}, line {line}" if line else str(file)
        super().__init__(f"{where}: {why}. The keys and values are described in docs/notices.md.")


class NoticeFailed(BackissueError):
    """A notice did not go out. Holds no address beyond the host, since addresses of services are secrets."""

    def __init__(self, way: str, why: str):
        super().__init__(f"{way}: {why}. It is tried again.")


class AliasNotFound(UsageError):
    """No page of the archive has that very URL, or it was not split."""

    def __init__(self, url: str):
        super().__init__(f"No page has {url} as one of its URLs. `backissue aliases URL` prints those of a page.")


class LastAlias(UsageError):
    """A URL is the only one of its page, so that there is nothing to split."""

    def __init__(self, url: str):
        super().__init__(f"{url} is the only URL of its page already. `backissue aliases URL` prints a page's URLs.")


class UrlRulesError(UsageError):
    """`url-rules.json` has a mistake."""

    def __init__(self, file: Path, why: str):
        super().__init__(f"{file}: {why}. The form is described in docs/stories.md; without the file ours is used.")


class UnknownSource(UsageError):
    """A source was named that `sources.toml` does not have."""

    def __init__(self, name: str, known: list[str]):
        have = ", ".join(known) if known else "none yet"
        super().__init__(f"There is no source {name!r} in sources.toml (there are: {have}). Check the spelling.")


class SourceExists(UsageError):
    """A source that is to be added is in `sources.toml` already."""

    def __init__(self, why: str, what_to_do: str):
        super().__init__(f"{why}. {what_to_do} Nothing was written.")


# A sentence that names hundreds is not read.
SOURCES_NAMED = 30


class SourceNotFound(UsageError):
    """The archive has no pages of a source of that name."""

    def __init__(self, name: str, known: list[str]):
        have = ", ".join(known[:SOURCES_NAMED]) if known else "none yet"
        if len(known) > SOURCES_NAMED:
            have += f" and {len(known) - SOURCES_NAMED:,} more"
        super().__init__(f"The archive has no source {name!r} (there are: {have}). Check the spelling.")


class PageNotFound(UsageError):
    """The archive has nothing under that URL or snapshot number."""

    def __init__(self, what: str):
        self.what = what
        """As it was asked for."""
        super().__init__(f"The archive holds nothing for {what}. `backissue list` shows what it has.")

    @property
    def for_readers(self) -> str:
        """The sentence for readers of the web page, who have no command line."""
        return f"The archive holds nothing for {self.what}. Search for it, or begin at the front page."


class Withheld(BackissueError):
    """A page, a snapshot or a source was asked for that the archive's owner has hidden from every reader."""

    def __init__(self, what: str, *, whole: str | None, reason: str, withheld_at: datetime, lift: str | None):
        self.what = what
        """As it was asked for."""
        self.reason = reason
        self.withheld_at = withheld_at
        with_it = f" with its whole {whole}" if whole else ""
        said = reason if reason.endswith((".", "!", "?")) else f"{reason}."
        self.for_readers = f"{what} has been withheld{with_it} since {iso(withheld_at)}: {said}"
        """The sentence for readers who can do nothing about it, such as those of a web page."""
        to_do = f"`backissue lift {lift}` shows it again."
        if lift is None:
            to_do = "`backissue withhold --list` names what is withheld, and `backissue lift` shows it again."
        super().__init__(f"{self.for_readers} {to_do}")


class AlreadyWithheld(UsageError):
    """What is to be withheld is withheld already."""

    def __init__(self, what: str, *, reason: str, withheld_at: datetime, lift: str):
        super().__init__(
            f"{what} is withheld already, since {iso(withheld_at)}: {reason} To give another reason, lift it first: "
            f"`backissue lift {lift}`."
        )


class NotWithheld(UsageError):
    """What is to be lifted is not withheld, or only something that it is part of."""

    def __init__(self, what: str, *, lift: str | None):
        hint = "`backissue withhold --list` shows what is."
        if lift is not None:
            hint = f"It is hidden with what it belongs to, which `backissue lift {lift}` shows again."
        super().__init__(f"{what} itself is not withheld. {hint}")


class NoReason(UsageError):
    """Something is to be withheld without a reason."""

    def __init__(self) -> None:
        super().__init__(
            "Readers are told why something is withheld. Give the reason in a sentence, with --reason TEXT "
            "(one line of readable text, at most 500 characters)."
        )


class RunUnderWay(BackissueError):
    """Another process is crawling the same source."""

    def __init__(self, source: str):
        super().__init__(f"Another process is crawling {source} at this moment. Wait for it, or stop it first.")


class WorkerLost(BackissueError):
    """A page killed or outlasted the process that read it."""

    def __init__(self, url: str, why: str):
        super().__init__(
            f"{url} could not be read: {why}. The raw capture is kept; `backissue reextract` tries again "
            "with a later version."
        )
